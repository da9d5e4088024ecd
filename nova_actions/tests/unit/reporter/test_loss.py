# SPDX-License-Identifier: Apache-2.0
import logging
import traceback
from unittest import mock

import fixtures
from oslotest import base

from nova_actions.reporter import loss


class LossTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        self.losses = loss.Losses()

    def told(self):
        return [
            line
            for line in self.log.output.splitlines()
            if 'not recorded' in line
        ]

    def test_the_first_at_once_the_rest_later(self):
        for number in range(1, 6):
            self.losses.add(loss.FULL, 2, f'number {number}')
        self.losses.add(loss.ERROR, 1, 'odd')
        self.assertEqual({'full': 10, 'error': 1}, self.losses.counts)
        self.losses.tell()
        self.losses.tell()
        full, error = (
            f'({reason}: {loss.REASONS[reason]})'
            for reason in (loss.FULL, loss.ERROR)
        )
        self.assertEqual(
            [
                f'2 reports not recorded {full}, 2 of that kind in all; the '
                'last: number 1',
                f'1 report not recorded {error}, 1 of that kind in all; '
                'the last: odd',
                f'8 reports not recorded {full}, 10 of that kind in all; the '
                'last: number 5',
            ],
            self.told(),
        )

    def test_each_is_named_once_and_without_its_text(self):
        lost = [
            {
                'kind': 'finish',
                'name': 'reboot',
                'uuid': f'uuid-{number}',
                'instance_uuid': 'server',
                'host': 'there',
                'request_id': 'req',
                'details': 'secret',
                'traceback': 'secret',
            }
            for number in range(5)
        ]
        self.losses.add(loss.FULL, 1, 'why', lost[:1])
        self.losses.add(loss.FULL, 3, 'why', lost[1:4])
        with mock.patch.object(loss, 'INTERVAL', 0):
            self.losses.add(loss.FULL, 1, 'why', lost[4:])
        self.losses.tell()
        told = '\n'.join(self.told())
        for number in range(5):
            self.assertEqual(
                1,
                told.count(
                    f'finish of reboot, uuid uuid-{number}, on server server, '
                    'host there, request req'
                ),
            )
        self.assertNotIn('secret', self.log.output)

    def test_a_flood_is_counted_and_named_in_part(self):
        each = {'kind': 'start', 'uuid': 'u'}
        self.losses.add(loss.FULL, 1, 'why', [each])
        for _ in range(loss.NAMED + 5):
            self.losses.add(loss.FULL, 1, 'why', [each])
        self.losses.tell()
        self.assertIn('namely: 5 others; ', self.told()[-1])

    def test_only_a_known_reason(self):
        self.assertRaises(KeyError, self.losses.add, 'other', 1, 'odd')

    def test_where_it_arose_is_formatted_for_who_looks_for_it_only(self):
        with mock.patch.object(
            traceback, 'format_tb', autospec=True, return_value=['frames']
        ) as formatted:
            loss.log_why(ValueError())
            self.assertIn('frames', self.log.output)
            loss.LOG.setLevel(logging.INFO)
            self.addCleanup(loss.LOG.setLevel, logging.NOTSET)
            loss.log_why(ValueError())
        formatted.assert_called_once()

    def test_each_is_told_who_looks_for_it(self):
        for number in range(3):
            self.losses.add(loss.FULL, 1, f'number {number}')
        for number in range(3):
            self.assertIn(f'(full): number {number}', self.log.output)
