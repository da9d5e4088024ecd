# SPDX-License-Identifier: Apache-2.0
import logging

import fixtures
from oslotest import base

from nova_actions.reporter import loss


class LossTestCase(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger(
            level=logging.DEBUG))
        self.losses = loss.Losses()

    def test_the_first_at_once_the_rest_later(self):
        for number in range(1, 6):
            self.losses.add('full', 2, f'number {number}')
        self.losses.add('other', 1, 'odd')
        self.assertEqual({'full': 10, 'other': 1}, self.losses.counts)
        self.losses.tell()
        self.losses.tell()
        self.assertEqual([
            '2 reports were not recorded (full), 2 of that kind in all; the '
            'last: number 1',
            '1 reports were not recorded (other), 1 of that kind in all; the '
            'last: odd',
            '8 reports were not recorded (full), 10 of that kind in all; the '
            'last: number 5'],
            [line for line in self.log.output.splitlines()
             if 'not recorded' in line])

    def test_each_is_told_who_looks_for_it(self):
        for number in range(3):
            self.losses.add('full', 1, f'number {number}')
        for number in range(3):
            self.assertIn(f'(full): number {number}', self.log.output)
