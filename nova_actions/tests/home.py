# SPDX-License-Identifier: Apache-2.0
"""A home folder that belongs to no user."""

import atexit
import os
import shutil
import tempfile


def replace() -> None:
    """Give this process, and those that it starts, a home folder that is
    removed at the end: what the person who runs the tests has configured or
    recorded is neither read nor changed."""
    home = tempfile.mkdtemp(prefix='nova-actions-home-')
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ['HOME'] = home
    for name in [name for name in os.environ if name.startswith('XDG_')]:
        del os.environ[name]
