# SPDX-License-Identifier: Apache-2.0
"""Each transition is told once when a copy and a report become one."""

import datetime
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base as oslotest_base

from nova_actions import vocabulary
from nova_actions.cells.follow import telling
from nova_actions.db import api as db
from nova_actions.db import status
from nova_actions.db.change import kind
from nova_actions.db.change import queue
from nova_actions.db.models import CHANGE_QUEUE
from nova_actions.tests import base

START = datetime.datetime(2026, 1, 5)
END = START + datetime.timedelta(seconds=5)
OUTCOMES = [*status.STATUSES, *vocabulary.RESULTS]


class NoteTest(oslotest_base.BaseTestCase):
    @given(st.sampled_from(OUTCOMES), st.sampled_from(OUTCOMES))
    def test_notes(self, one, other):
        """They fit their column and tell outcomes apart."""
        self.assertLessEqual(len(telling.note(one)), 64)
        self.assertEqual(
            one == other, telling.note(one) == telling.note(other)
        )


class TellingTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.copy = self.action()
        self.own = self.action()

    def action(self):
        return {
            'uuid': str(uuid.uuid4()),
            'start_time': START,
            'finish_time': END,
            'status': status.SUCCEEDED,
        }

    def queue(self, action, *kinds):
        """Queue changes of an action."""
        with db.begun() as connection:
            queue.add(
                connection,
                [
                    {
                        **{
                            column.name: None
                            for column in CHANGE_QUEUE.columns
                            if not column.primary_key
                        },
                        'kind': each,
                        'action_uuid': action['uuid'],
                        'happened_at': START,
                        'outcome': action['status']
                        if each == kind.ACTION_ENDED
                        else None,
                    }
                    for each in kinds
                ],
            )

    def merge(self, since=START):
        """Merge the copy, and return how it ended as far as that was told,
        and what is still queued."""
        with db.begun() as connection:
            both = [self.copy['uuid'], self.own['uuid']]
            tells = telling.Telling(connection, both, since)
            ended = tells.merge(self.copy, self.own)
            tells.store()
            return ended, [
                (each['action_uuid'], each['kind'])
                for each in queue.of_actions(connection, both)
            ]

    def test_no_change_yet(self):
        """What was reported is told."""
        for each in (self.copy, self.own):
            self.queue(each, kind.ACTION_BEGUN, kind.ACTION_ENDED)
        self.assertEqual(
            (
                None,
                [
                    (self.own['uuid'], kind.ACTION_BEGUN),
                    (self.own['uuid'], kind.ACTION_ENDED),
                ],
            ),
            self.merge(),
        )

    def test_changes_of_the_copy(self):
        """What was reported is not told again."""
        self.queue(self.own, kind.ACTION_BEGUN, kind.ACTION_ENDED)
        self.assertEqual((None, []), self.merge())

    def test_the_start(self):
        self.queue(self.copy, kind.ACTION_ENDED)
        self.queue(self.own, kind.ACTION_BEGUN, kind.ACTION_ENDED)
        self.assertEqual(
            (None, [(self.own['uuid'], kind.ACTION_ENDED)]), self.merge()
        )

    def test_the_end_of_one_that_is_open_here(self):
        """It is to be remembered."""
        self.own.update(finish_time=None, status=status.RUNNING)
        self.assertEqual(('succeeded', []), self.merge())

    def test_another_end(self):
        """The end of the copy was not the true one."""
        self.own['status'] = 'failed'
        self.queue(self.own, kind.ACTION_ENDED)
        self.assertEqual(
            ('succeeded', [(self.own['uuid'], kind.ACTION_ENDED)]),
            self.merge(),
        )

    def test_what_was_copied_as_history_was_never_told(self):
        self.queue(self.own, kind.ACTION_BEGUN, kind.ACTION_ENDED)
        ended, left = self.merge(END + datetime.timedelta(days=1))
        self.assertIsNone(ended)
        self.assertEqual(2, len(left))
