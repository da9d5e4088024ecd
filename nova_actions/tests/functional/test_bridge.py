# SPDX-License-Identifier: Apache-2.0
"""The bridge in a process of Nova: what it does there, and what it never
does, which is to stand in Nova's way."""

import json

from nova_actions.tests.functional import bridged


class TestBridge(bridged.BridgeTestCase):
    def run_service(self, mode='mirror', children=0, **kwargs):
        """Return the actions that Nova has recorded, our counts, and the
        log."""
        said, log = self.run_nova(
            mode,
            'loading.py',
            f'sqlite:///{self.folder / "cell"}',
            self.instance_uuid,
            str(children),
            **kwargs,
        )
        actions, stats = json.loads(said)
        return actions, stats, log

    def statuses(self):
        return sorted(
            (each['action'], each['status'], len(each['events']))
            for found in self.ours().values()
            for each in found
        )

    def test_for_computes_without_it(self):
        """Their steps are recorded by the conductor; those of a compute with
        the bridge are left out."""
        self.run_nova(
            'controllers',
            'controllers.py',
            f'sqlite:///{self.folder / "cell"}',
            self.instance_uuid,
        )

        [[action]] = self.ours().values()

        self.assertEqual('succeeded_after_retry', action['status'])
        self.assertEqual(
            [('host1', 'Error', 'no such domain'), ('host2', 'Success', None)],
            [
                (each['host'], each['result'], each['details'])
                for each in action['events']
            ],
        )

    def test_workers_forked_after_loading(self):
        actions, _stats, _log = self.run_service(children=2)

        self.assertEqual(['reboot', 'reboot', 'create'], actions)
        self.assertEqual(
            [('reboot', 'succeeded', 1)] * 2,
            [each for each in self.statuses() if each[0] == 'reboot'],
        )

    def test_off(self):
        actions, _stats, _log = self.run_service('off')

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual([], self.statuses())
        self.assertFalse((self.folder / 'state').exists())

    def test_no_configuration(self):
        """Said once, although Nova makes two notifiers."""
        actions, _stats, log = self.run_service(is_configured=False)

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(1, log.count('Nothing of this service of Nova'))

    def test_a_mode_that_is_none(self):
        actions, _stats, log = self.run_service('mirrored')

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(1, log.count('Nothing of this service of Nova'))

    def test_a_line_that_is_no_option(self):
        """It may hold a password."""
        actions, _stats, log = self.run_service('mirror\npassword SECRET')

        self.assertEqual(['reboot', 'create'], actions)
        self.assertIn('has a line that is no option', log)
        self.assertNotIn('SECRET', log)

    def test_a_spool_that_cannot_be_written(self):
        (self.folder / 'file').touch()

        actions, stats, log = self.run_service(
            state=self.folder / 'file' / 'below'
        )

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(4, stats['lost_spool'])
        self.assertEqual(1, log.count('Nothing can be recorded now'))
