# SPDX-License-Identifier: Apache-2.0
"""The commands, as a person starts them."""

import subprocess
import sys

from nova_actions.tests import patience
from nova_actions.tests.functional import process


def run(case, *words, code=0, **environ):
    """Run ``openstack`` with these words; return what it printed.

    :param case: which fails when it ends with another code, or a traceback
    :param environ: how it finds its cloud
    """
    done = subprocess.run(
        [sys.executable, '-m', 'openstackclient.shell', *words],
        env=process.clean_environ(**{'COLUMNS': '80', **environ}),
        text=True,
        capture_output=True,
        timeout=patience.PATIENCE,
        check=False,
    )
    case.assertEqual(code, done.returncode, done.stdout + done.stderr)
    case.assertNotIn('Traceback', done.stderr)
    return done
