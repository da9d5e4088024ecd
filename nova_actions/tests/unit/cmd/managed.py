# SPDX-License-Identifier: Apache-2.0
"""nova-actions-manage within the process of a test."""

import contextlib
import io
import logging
import os

from nova_actions import policy
from nova_actions.cells import owner
from nova_actions.cmd import manage


class ManageMixin:
    """Runs the command on the database of an object test case."""

    MORE = ''

    def setUp(self):
        super().setUp()
        folder = self.conf.state_path
        self.config = os.path.join(folder, 'test.conf')
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(
                f'[DEFAULT]\nstate_path = {folder}\n[database]\n'
                f'connection = {self.conf.database.connection}\n'
                f'{self.MORE}'
            )
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(policy.reset)
        owner.forget()

    def run_manage(self, *words, err=None):
        """Return the exit code, the output and the errors of a command."""
        out, err = io.StringIO(), err or io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = manage.main(['--config-file', self.config, *words])
            except SystemExit as error:
                code = error.code
        return code, out.getvalue(), err.getvalue()
