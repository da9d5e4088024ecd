# SPDX-License-Identifier: Apache-2.0
"""The status of an action follows from its events alone (design.md, 7)."""

import datetime

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions.db import status
from nova_actions.vocabulary import RESULT_ERROR
from nova_actions.vocabulary import RESULT_INTERRUPTED
from nova_actions.vocabulary import RESULT_SUCCESS

NOW = datetime.datetime(2026, 1, 1)
BAD = (RESULT_ERROR, RESULT_INTERRUPTED)


def event(name, result):
    return {
        'event': name,
        'result': result,
        'finish_time': result and NOW,
    }


finished = strategies.builds(
    event,
    strategies.sampled_from('abc'),
    strategies.sampled_from((RESULT_SUCCESS, *BAD)),
)


class StatusTestCase(base.BaseTestCase):
    @hypothesis.given(strategies.lists(finished), strategies.integers(0, 99))
    def test_one_that_is_open_decides(self, events, at):
        events.insert(at, event('x', None))
        self.assertEqual(status.RUNNING, status.derive({}, events))

    @hypothesis.given(strategies.lists(finished, min_size=1))
    def test_the_last_attempts_decide(self, events):
        last = {each['event']: each['result'] for each in events}
        found = status.derive({}, events)
        self.assertIn(found, status.STATUSES)
        self.assertEqual(RESULT_ERROR in last.values(), found == status.FAILED)
        if set(last.values()) == {RESULT_SUCCESS}:
            went_wrong = any(each['result'] in BAD for each in events)
            self.assertEqual(
                status.SUCCEEDED_AFTER_RETRY
                if went_wrong
                else status.SUCCEEDED,
                found,
            )

    @hypothesis.given(strategies.lists(finished, min_size=1))
    def test_a_good_retry_of_each_step_mends_it(self, events):
        again = [event(each['event'], RESULT_SUCCESS) for each in events]
        self.assertIn(
            status.derive({}, [*events, *again]),
            (status.SUCCEEDED, status.SUCCEEDED_AFTER_RETRY),
        )

    @hypothesis.given(strategies.lists(finished))
    def test_a_failure_last_fails_it(self, events):
        events.append(event('a', RESULT_ERROR))
        self.assertEqual(status.FAILED, status.derive({}, iter(events)))

    def test_of_one_without_events(self):
        for row, expected in (
            ({}, status.RUNNING),
            ({'finish_time': NOW}, status.SUCCEEDED),
            ({'message': status.MESSAGE_ERROR}, status.FAILED),
            (
                {'message': status.MESSAGE_ERROR, 'finish_time': NOW},
                status.FAILED,
            ),
        ):
            for events in (None, [], iter(())):
                self.assertEqual(expected, status.derive(row, events))
