# SPDX-License-Identifier: Apache-2.0
"""Which options go with --follow, and how wide its table is."""

import argparse
import io
import json
import signal
from unittest import mock

from oslotest import base

from nova_actions_client import follow
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client.tests.unit import made

DEFAULTS = {
    'follow': True,
    'after': None,
    'formatter': 'table',
    'sort': None,
    'sort_columns': [],
    'started_before': None,
    'updated_before': None,
    'open_longer_than': None,
    'started_after': None,
    'updated_after': None,
    'limit': None,
}


class TestCheck(base.BaseTestCase):
    def refused(self, **values):
        said = []
        follow.check(argparse.Namespace(**{**DEFAULTS, **values}), said.append)
        return ' '.join(said)

    def test_what_goes_together(self):
        for values in (
            {},
            {'follow': False},
            {'after': 'x'},
            {'started_after': '2h', 'limit': 3},
            {'follow': False, 'sort': 'x', 'formatter': 'yaml'},
        ):
            self.assertEqual('', self.refused(**values))

    def test_what_does_not_is_named(self):
        for values, option in (
            ({'formatter': 'yaml'}, 'yaml'),
            ({'sort': 'x'}, '--sort'),
            ({'sort_columns': ['ID']}, '--sort-column'),
            ({'started_before': 'x'}, '--until'),
            ({'updated_before': 'x'}, '--changes-before'),
            ({'open_longer_than': '1h'}, '--open-longer-than'),
            ({'after': 'x', 'started_after': '2h'}, '--since'),
            ({'after': 'x', 'limit': 3}, '--limit'),
            ({'follow': False, 'after': 'x'}, '--follow'),
        ):
            self.assertIn(option, self.refused(**values))


class Log:
    """Lists actions; nothing changes after that."""

    def __init__(self, *actions):
        self._actions = actions

    def actions(self, query, limit):
        listed = mock.MagicMock(incomplete=[])
        listed.__iter__.return_value = iter(self._actions)
        return listed

    def changes(self, query, cursor):
        return ()


class TestFirst(base.BaseTestCase):
    def test_the_first_lines_are_in_the_order_of_their_times(self):
        """An action that runs changed last, but started first."""
        actions = [
            made.action(id='c', status=record.RUNNING, start=made.at(1)),
            made.action(id='b', finish=made.at(9)),
            made.action(id='a', finish=made.at(5)),
        ]
        args = argparse.Namespace(
            **DEFAULTS, columns=['x'], long=True, noindent=True
        )
        args.formatter = 'json'
        printed = io.StringIO()
        self.addCleanup(
            signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM)
        )
        follower = follow.Follower(Log(*actions), args, {})
        follower.run(None, follower.titles, None, printed)
        self.assertEqual(
            ['c', 'a', 'b'],
            [
                json.loads(line)['ID']
                for line in printed.getvalue().splitlines()
            ],
        )


class TestWidths(base.BaseTestCase):
    def test_a_screen_is_not_exceeded(self):
        for screen in (80, 100, 132, 300):
            titles = [
                title
                for title in follow.TITLES[:-1]
                if title != 'Host' or screen >= output.WIDE
            ]
            self.assertLessEqual(
                sum(follow.widths(titles, screen)) + len(titles) + 4, screen
            )
