# SPDX-License-Identifier: Apache-2.0
"""A host that loses power."""

from nova_actions.demo import crash
from nova_actions.demo import people
from nova_actions.demo import play
from nova_actions.tests import base
from nova_actions.tests.unit.demo import base as demo_base


class CrashTestCase(demo_base.PlayMixin, base.ObjectTestCase):
    def test_a_crash_leaves_one_interrupted(self):
        self.assertEqual(play.CRASH_FROM, self.day(play.CRASH_FROM).actions)
        first, second = (
            next(
                row
                for row in reversed(self.actions())
                if row['instance_uuid'] == people.server_id(number)
            )
            for number in play.CRASHING
        )
        self.assertEqual(
            ('succeeded_after_retry', 'interrupted'),
            (first['status'], second['status']),
        )
        self.assertEqual(
            ['Interrupted', 'Success'],
            [event['result'] for event in self.events(first)],
        )
        self.assertEqual(
            [crash.EVENT], [event['event'] for event in self.events(second)]
        )
