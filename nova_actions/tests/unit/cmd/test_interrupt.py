# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import sys

from oslotest import base


class InterruptTestCase(base.BaseTestCase):
    def run_python(self, code):
        return subprocess.run(
            [sys.executable, '-c', f'import nova_actions.cmd\n{code}'],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_while_a_command_is_imported(self):
        done = self.run_python('raise KeyboardInterrupt')
        self.assertEqual(-signal.SIGINT, done.returncode)
        self.assertEqual('-c: interrupted\n', done.stderr)

    def test_other_errors_keep_their_traceback(self):
        done = self.run_python('1 / 0')
        self.assertEqual(1, done.returncode)
        self.assertIn('ZeroDivisionError', done.stderr)

    def test_parts_that_are_not_installed(self):
        done = self.run_python(
            'from nova_actions.cmd import extra\n'
            'extra.missing = lambda: ["falcon", "waitress"]\n'
            'import falcon_that_is_missing'
        )
        self.assertEqual(1, done.returncode)
        self.assertEqual(
            '-c: falcon, waitress not installed; a command needs pip install '
            "'nova-actions[server]'\n",
            done.stderr,
        )
