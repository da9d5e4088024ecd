# SPDX-License-Identifier: Apache-2.0
"""The units for systemd, and what mode files have that a process makes."""

import logging
import os
import pathlib
import re
import shutil
import stat
import subprocess

import fixtures
from oslotest import base

from nova_actions import conf

UNITS = sorted(
    pathlib.Path(__file__)
    .parents[3]
    .glob('etc/nova_actions/systemd/*.service')
)


class UnitsTestCase(base.BaseTestCase):
    def test_what_they_start_is_there(self):
        self.assertEqual(2, len(UNITS))
        setup = (UNITS[0].parents[3] / 'setup.cfg').read_text('utf-8')
        for unit in UNITS:
            command = re.search(
                r'^ExecStart=\S+/(\S+) ', unit.read_text('utf-8'), re.MULTILINE
            )
            self.assertEqual(unit.stem, command[1])
            self.assertIn(f'{command[1]} = ', setup)

    def test_they_are_little_exposed(self):
        tool = shutil.which('systemd-analyze')
        if tool is None:
            self.skipTest('systemd-analyze is not installed')
        for unit in UNITS:
            done = subprocess.run(
                [tool, 'security', '--offline=true', '--threshold=40', unit],
                capture_output=True,
                text=True,
            )
            if 'unrecognized option' in done.stderr:
                self.skipTest('systemd is older than 250')
            self.assertEqual(0, done.returncode, done.stdout[-200:])


class ModesTestCase(base.BaseTestCase):
    def test_a_log_is_for_its_user_and_group(self):
        folder = self.useFixture(fixtures.TempDir()).path
        self.addCleanup(
            setattr, logging.root, 'handlers', logging.root.handlers[:]
        )
        for umask, mode in ((0, 0o640), (0o022, 0o640), (0o077, 0o600)):
            self.addCleanup(os.umask, os.umask(umask))
            path = os.path.join(folder, f'{umask}.log')
            conf.setup_logging(conf.load(['--log-file', path]))
            self.assertEqual(mode, stat.S_IMODE(os.stat(path).st_mode))
