# SPDX-License-Identifier: Apache-2.0
"""The bridge in a process of Nova: what it does there, and what it never
does, which is to stand in Nova's way."""

import json
import os
import subprocess
import sys

from nova_actions.tests.functional import bridged
from nova_actions.tests.functional import user

#: Two that are not root.
USERS = (user.NOBODY - 1, user.NOBODY)


def sum_of_lost(stats):
    return sum(
        number for name, number in stats.items() if name.startswith('lost_')
    )


class Service(bridged.BridgeTestCase):
    def run_service(self, mode='mirror', children=0, seconds=60, **kwargs):
        """Return the actions that Nova has recorded, our counts, and the
        log."""
        said, log = self.run_nova(
            mode,
            'loading.py',
            # In the folder that it runs in.
            'sqlite:///cell',
            self.instance_uuid,
            str(children),
            str(seconds),
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


class TestBridge(Service):
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
        self.assertEqual(1, log.count('records nothing of this service'))

    def test_a_mode_that_is_none(self):
        actions, _stats, log = self.run_service('mirrored')

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(1, log.count('records nothing of this service'))

    def test_a_line_that_is_no_option(self):
        """It may hold a password."""
        actions, _stats, log = self.run_service('mirror\npassword SECRET')

        self.assertEqual(['reboot', 'create'], actions)
        self.assertIn('has a line that is not an option', log)
        self.assertNotIn('SECRET', log)

    def test_a_spool_that_cannot_be_written(self):
        (self.folder / 'file').touch()

        actions, stats, log = self.run_service(
            state=self.folder / 'file' / 'below'
        )

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(4, stats['lost_spool'])
        self.assertEqual(1, log.count('Nothing can be recorded now'))


class TestRollback(Service):
    """A host whose services have the bridge no more, and left reports."""

    def setUp(self):
        super().setUp()
        topic = self.conf.conductor.topic
        self.conf.set_override('topic', 'nobody', group='conductor')
        self.run_service(seconds=0)
        self.conf.set_override('topic', topic, group='conductor')
        self.uninstall()
        self.assertEqual([], self.statuses())

    def uninstall(self):
        subprocess.run(
            [
                sys.executable,
                '-m',
                'pip',
                '--python',
                self.venv.python,
                'uninstall',
                '--yes',
                'nova-actions-bridge',
            ],
            check=True,
            capture_output=True,
        )

    def run_spool(self, *words):
        """Run the command that there is where reports were made: without
        what a server needs."""
        done = subprocess.run(
            [
                self.venv.bin / 'nova-actions-manage',
                '--config-file',
                self.configure(),
                'spool',
                *words,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        return done.returncode, done.stdout, done.stderr

    def test_named_and_drained(self):
        code, said, log = self.run_spool('list', '--format', 'json')
        self.assertEqual(0, code, log)
        [spool] = json.loads(said)['spools']
        self.assertEqual(
            ('left behind', 4), (spool['state'], spool['reports'])
        )

        code, said, log = self.run_spool('drain')
        self.assertEqual(0, code, said + log)
        self.assertIn('1 spool taken over, 4 reports delivered.', said)

        self.assertEqual(
            [('create', 'running', 0), ('reboot', 'succeeded', 1)],
            self.statuses(),
        )
        folder = self.folder / 'state'
        self.assertEqual(
            (0, f'No spools in {folder}.\n'), self.run_spool('list')[:2]
        )
        self.assertEqual(
            (0, f'Nothing is left behind in {folder}.\n'),
            self.run_spool('drain')[:2],
        )

    def test_no_conductor_yet(self):
        """Nothing is lost, and it says so."""
        self.conf.set_override('topic', 'nobody', group='conductor')

        code, said, _log = self.run_spool('drain', '--timeout', '1')

        self.assertEqual(1, code)
        self.assertIn('Nothing is lost; try again later.', said)
        self.assertIn('left behind', self.run_spool('list')[1])


class TestUsers(Service):
    """Services of Nova's on one host, of several users."""

    def setUp(self):
        super().setUp()
        if os.geteuid():
            self.skipTest('only root can run a program as another user')
        self.state = self.folder / 'state'

    def test_each_has_its_spool(self):
        self.state.mkdir()
        self.state.chmod(0o1777)

        for number in USERS:
            actions, stats, log = self.run_service(
                state=self.state, number=number
            )
            self.assertEqual(['reboot', 'create'], actions)
            self.assertEqual(0, sum_of_lost(stats), log)

        self.assertEqual(
            [('create', 'running', 0)] * 2 + [('reboot', 'succeeded', 1)] * 2,
            self.statuses(),
        )
        self.assertEqual(
            [(f'spool-{number}', number, 0o700) for number in USERS],
            sorted(
                (each.name, each.stat().st_uid, each.stat().st_mode & 0o777)
                for each in self.state.iterdir()
            ),
        )

    def test_one_who_may_not_write(self):
        """What is not recorded is counted; the log says once why."""
        self.state.mkdir(mode=0o755)

        actions, stats, log = self.run_service(
            state=self.state, number=USERS[0]
        )

        self.assertEqual(['reboot', 'create'], actions)
        self.assertEqual(4, stats['lost_spool'])
        self.assertEqual(1, log.count('Nothing can be recorded now'))
        self.assertEqual([], list(self.state.iterdir()))
