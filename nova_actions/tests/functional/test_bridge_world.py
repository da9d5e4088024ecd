# SPDX-License-Identifier: Apache-2.0
"""Nova's own functional world with the bridge loaded: what we have recorded is
laid beside Nova's own record, row by row."""

import collections
import datetime
import json

from nova_actions.tests.functional import bridged


def steps(row):
    """Return the steps of an action, in either record."""
    return collections.Counter(
        (each['event'], each['host'], each['result']) for each in row['events']
    )


def ends_of(found):
    """Return what steps there are, however they have ended."""
    return sorted((event, host) for event, host, _ in found.elements())


def at(value):
    """Return a time of Nova's database."""
    return value and datetime.datetime.fromisoformat(value)


class TestWorld(bridged.BridgeTestCase):
    def setUp(self):
        super().setUp()
        told = self.folder / 'told.json'
        self.run_nova('mirror', 'world.py', told)
        self.told = json.loads(told.read_text())

    def test_row_by_row(self):
        """Each action and each step once; where Nova's record is false, and
        only there, ours is another one, and true."""
        self.assertTrue(self.told['delivered'], self.told['stats'])
        self.assertGreaterEqual(
            len({what for what, _ in self.told['done']}), 25
        )
        ours, differences = self.ours(), {}
        statuses = collections.Counter()
        nobodys = self.take_nobodys(ours)
        for theirs in self.told['cells'].values():
            for row in theirs:
                [mine] = ours.pop(bridged.key(row))
                self.check_action(row, mine)
                statuses[mine['action'], mine['status']] += 1
                before, now = steps(row), steps(mine)
                for step in nobodys[row['instance_uuid'], row['action']]:
                    before -= step
                if before != now:
                    differences[mine['action'], mine['status']] = (
                        now - before
                    ).elements()
                    self.assertEqual(ends_of(before), ends_of(now))
        self.assertEqual({}, ours)
        self.check_failures(statuses)
        self.check_differences(differences)

    def take_nobodys(self, ours):
        """Return the steps of a compute's own accord, by their server and
        the action that Nova adds them to; they have one of their own."""
        own = [key for key in ours if key[2] == 'system']
        [[system]] = map(ours.pop, own)
        self.assertEqual(
            ('succeeded', None), (system['status'], system['user_id'])
        )
        self.assertEqual(
            ['compute_shelve_offload_instance'],
            [each['event'] for each in system['events']],
        )
        return collections.defaultdict(
            list, {(system['instance_uuid'], 'shelve'): [steps(system)]}
        )

    def check_action(self, theirs, ours):
        for name in ('user_id', 'project_id'):
            self.assertEqual(theirs[name], ours[name])
        asked = at(theirs['start_time'])
        if not theirs['events'] and ours['action'] == 'delete':
            # Nova records what its API deletes itself when that is done.
            self.assertLessEqual(asked, ours['start_time'])
        else:
            self.assertEqual(asked, ours['start_time'])
        self.assertIsNotNone(ours['finish_time'])

    def check_failures(self, statuses):
        """Nova's verdict is in none of its rows: it is the sum of what was
        done to each."""
        self.assertEqual(
            {
                ('create', 'failed'): 2,
                ('create', 'succeeded_after_retry'): 1,
                ('pause', 'failed'): 1,
                ('resize', 'failed'): 1,
                ('resize', 'succeeded_after_retry'): 1,
                ('live-migration', 'succeeded_after_retry'): 1,
            },
            {
                name: number
                for name, number in statuses.items()
                if name[1] != 'succeeded'
            },
        )

    def check_differences(self, differences):
        """A first attempt that fails stays failed, and its second has an
        end; a failure that Nova handles is one."""
        step, check, prepare = (
            'compute__do_build_and_run_instance',
            'compute_check_can_live_migrate_destination',
            'compute_prep_resize',
        )
        self.assertEqual(
            {
                ('create', 'failed'): [(step, 'Error')],
                ('create', 'succeeded_after_retry'): [
                    (step, 'Error'),
                    (step, 'Success'),
                ],
                ('resize', 'succeeded_after_retry'): [
                    ('cold_migrate', 'Success'),
                    (prepare, 'Error'),
                    (prepare, 'Success'),
                    ('conductor_migrate_server', 'Success'),
                ],
                ('live-migration', 'succeeded_after_retry'): [
                    (check, 'Error'),
                    (check, 'Success'),
                ],
            },
            {
                name: sorted((event, result) for event, _host, result in each)
                for name, each in differences.items()
            },
        )
