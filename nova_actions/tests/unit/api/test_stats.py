# SPDX-License-Identifier: Apache-2.0
"""GET /v1/stats: how often, how it ended, how long it took."""

from unittest import mock

from nova_actions import exception
from nova_actions.db.stat import count
from nova_actions.tests.unit.api import base


class StatsTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.record('create')
        self.record('reboot', error='disk full')
        self.record('reboot')

    def ask(self, token=base.READER, status=200, **params):
        found = self.get('/v1/stats', token, params=params)
        self.assertEqual(status, found.status_code, found.text)
        return found.json

    def test_by_action(self):
        found = self.ask(by='action')
        self.assertEqual('actions', found['counted'])
        self.assertEqual(
            [('reboot', 2, 1, 1, 0.5), ('create', 1, 1, 0, 0.0)],
            [
                tuple(
                    group[name]
                    for name in (
                        'action',
                        'count',
                        'succeeded',
                        'failed',
                        'failure_rate',
                    )
                )
                for group in found['stats']
            ],
        )
        self.assertEqual(
            found,
            {
                **self.ask(),
                'window': found['window'],
                'completeness': found['completeness'],
            },
        )

    def test_steps_by_host_for_whom_may_see_hosts(self):
        self.ask(by='host', status=403)
        self.ask(host='host1', status=403)
        found = self.ask(base.ADMIN, by='host', all_projects='1')
        self.assertEqual(
            ('steps', [('host1', 3)]),
            (
                found['counted'],
                [(group['host'], group['count']) for group in found['stats']],
            ),
        )

    def test_the_order_and_the_limit(self):
        for order, first in (
            ('count', 'reboot'),
            ('count:asc', 'create'),
            ('action', 'create'),
            ('action:desc', 'reboot'),
            ('failure_rate', 'reboot'),
        ):
            found = self.ask(by='action', sort=order, limit='1')
            self.assertEqual(
                ([first], True),
                ([group['action'] for group in found['stats']], found['more']),
                order,
            )

    def test_the_range_is_in_the_answer(self):
        window = self.ask()['window']
        self.assertIsNotNone(window['started_after'])
        self.assertIsNone(window['started_before'])
        self.assertEqual([], self.ask(started_before='1h')['stats'])

    def test_what_cannot_be_is_refused(self):
        for params, word in (
            ({'by': 'color'}, 'by'),
            ({'by': ['day', 'hour']}, 'by'),
            ({'by': ['action', 'action']}, 'by'),
            ({'by': ['action', 'day', 'event']}, 'by'),
            ({'sort': 'host'}, 'sort'),
            ({'sort': 'p96'}, 'sort'),
            ({'limit': '0'}, 'limit'),
            ({'cursor': 'x'}, 'cursor'),
            ({'min_duration': 'long'}, 'min_duration'),
            ({'started_after': '1h', 'started_before': '2h'}, 'started_after'),
        ):
            found = self.ask(status=400, **params)
            self.assertIn(word, found['badRequest']['message'], params)

    def test_what_would_take_too_long_is_refused(self):
        refused = self.ask(user_id='user', started_after='60d', status=503)
        self.assertIn('started_after', str(refused))
        # What is counted by the hour may be older.
        self.ask(started_after='60d')
        for name in ('ACTIONS_READ', 'CELLS'):
            with mock.patch.object(count, name, new=0):
                self.assertIn('started_after', str(self.ask(status=503)))
        with mock.patch.object(
            count,
            'ask',
            autospec=True,
            side_effect=exception.DatabaseTimeout(),
        ):
            self.assertIn('started_after', str(self.ask(status=503)))
