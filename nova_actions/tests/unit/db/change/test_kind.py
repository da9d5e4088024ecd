# SPDX-License-Identifier: Apache-2.0
"""What a transition is called."""

import datetime

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions import vocabulary
from nova_actions.db import status
from nova_actions.db.change import kind

NOW = datetime.datetime(2026, 3, 1, 12)
LATER = NOW + datetime.timedelta(minutes=1)
ENDED = (
    status.SUCCEEDED,
    status.SUCCEEDED_AFTER_RETRY,
    status.FAILED,
    status.INTERRUPTED,
)
actions = st.fixed_dictionaries(
    {
        'uuid': st.uuids().map(str),
        'status': st.sampled_from((status.RUNNING, *ENDED)),
        'created_at': st.just(LATER),
        'start_time': st.sampled_from((None, NOW)),
        'finish_time': st.sampled_from((None, LATER)),
    }
)
steps = st.fixed_dictionaries(
    {
        'uuid': st.uuids().map(str),
        'start_time': st.sampled_from((None, NOW)),
        'finish_time': st.just(LATER),
        'result': st.sampled_from(
            (
                vocabulary.RESULT_SUCCESS,
                vocabulary.RESULT_ERROR,
                vocabulary.RESULT_INTERRUPTED,
            )
        ),
        'reason': st.sampled_from((None, 'quota')),
    }
)


class TestKind(base.BaseTestCase):
    @given(actions, st.none() | steps)
    def test_begin_has_neither_outcome_nor_reason(self, action, step):
        row = kind.begun(action, step, LATER)
        self.assertEqual((None, None), (row['outcome'], row['reason']))
        self.assertEqual(
            (step or action)['start_time'] or LATER, row['happened_at']
        )
        self.assertEqual(step and step['uuid'], row['event_uuid'])
        self.assertEqual(
            kind.STEP_BEGUN if step else kind.ACTION_BEGUN, row['kind']
        )

    @given(actions, steps)
    def test_end_of_a_step(self, action, step):
        row = kind.ended(action, step)
        self.assertEqual(
            (action['uuid'], step['uuid'], step['result'], step['reason']),
            tuple(
                row[name]
                for name in ('action_uuid', 'event_uuid', 'outcome', 'reason')
            ),
        )
        self.assertEqual(
            step['result'] == vocabulary.RESULT_INTERRUPTED,
            row['kind'] == kind.CLOSED,
        )

    @given(actions)
    def test_new_action_is_told_of_as_it_is(self, action):
        begin, *more = kind.of_new(action)
        self.assertEqual(kind.ACTION_BEGUN, begin['kind'])
        has_ended = action['status'] in ENDED and action['finish_time']
        self.assertEqual(
            [action['status']] if has_ended else [],
            [row['outcome'] for row in more],
        )
        for row in more:
            self.assertEqual(
                kind.CLOSED
                if action['status'] == status.INTERRUPTED
                else kind.ACTION_ENDED,
                row['kind'],
            )

    @given(actions, steps)
    def test_kinds_are_complete(self, action, step):
        rows = [
            *kind.of_new(action),
            kind.begun(action, step, NOW),
            kind.ended(action, step),
        ]
        self.assertLessEqual({row['kind'] for row in rows}, set(kind.KINDS))
