# SPDX-License-Identifier: Apache-2.0
"""Changes, and which of them a query selects."""

from oslotest import base

from nova_actions_client import change
from nova_actions_client import record
from nova_actions_client.tests.unit import made


def at(second, status, **values):
    return made.change(at=made.at(second), status=status, **values)


class TestFits(base.BaseTestCase):
    def fitting(self, query, *changes):
        return [each for each in changes if change.fits(each, query)]

    def setUp(self):
        super().setUp()
        self.begun = at(0, record.RUNNING)
        self.tried = at(2, record.FAILED, step='prep', host='cmp-1')
        self.ended = at(120, record.FAILED, start=made.BEGIN)
        self.all = (self.begun, self.tried, self.ended)

    def test_without_filters(self):
        self.assertEqual(
            [*self.all], self.fitting({'all_projects': 'true'}, *self.all)
        )

    def test_a_status_is_the_actions(self):
        self.assertEqual(
            [self.ended], self.fitting({'status': [record.FAILED]}, *self.all)
        )

    def test_a_status_is_the_steps_where_steps_are_selected(self):
        self.assertEqual(
            [self.tried],
            self.fitting(
                {'status': [record.FAILED], 'event': 'prep'}, *self.all
            ),
        )

    def test_a_host_selects_steps(self):
        self.assertEqual(
            [self.tried], self.fitting({'host': 'cmp-1'}, *self.all)
        )
        self.assertEqual([], self.fitting({'host': 'cmp-2'}, *self.all))

    def test_a_duration_is_of_what_ended(self):
        for span, found in (('2m', [self.ended]), ('121', [])):
            self.assertEqual(
                found, self.fitting({'min_duration': span}, *self.all)
            )

    def test_every_other_field(self):
        for name, field in (
            ('server', 'server'),
            ('action', 'action'),
            ('user_id', 'user'),
            ('request_id', 'request'),
            ('server_name', 'server_name'),
            ('global_request_id', 'global_request'),
        ):
            one = at(0, record.RUNNING, **{field: 'this'})
            other = at(0, record.RUNNING, **{field: 'other'})
            self.assertEqual([one], self.fitting({name: 'this'}, one, other))


class TestIsShown(base.BaseTestCase):
    def test_an_action_that_runs_shows_that_it_began(self):
        action = made.action(status=record.RUNNING)
        for each, shown in (
            (at(0, record.RUNNING), True),
            (at(1, record.RUNNING, step='prep'), False),
            (at(9, record.FAILED), False),
        ):
            self.assertEqual(shown, change.is_shown_by(each, action))

    def test_an_action_that_ended_shows_all_until_then(self):
        action = made.action(status=record.FAILED, finish=made.at(9))
        for each, shown in (
            (at(0, record.RUNNING), True),
            (at(1, record.FAILED, step='prep'), True),
            (at(9, record.FAILED), True),
            (at(10, record.RUNNING, step='prep'), False),
            (at(12, record.RETRIED), False),
        ):
            self.assertEqual(shown, change.is_shown_by(each, action))

    def test_what_was_interrupted_ends_after_all(self):
        action = made.action(status=record.INTERRUPTED, finish=made.at(9))
        self.assertTrue(change.is_shown_by(at(9, record.INTERRUPTED), action))
        self.assertFalse(change.is_shown_by(at(5, record.SUCCEEDED), action))
