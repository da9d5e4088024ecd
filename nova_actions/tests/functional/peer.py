# SPDX-License-Identifier: Apache-2.0
"""The Pythons of what tests compare with, each in an environment of its own:
neither may share a process, or even requirements, with ours. .ci/run makes
them."""

import os
import pathlib
import shutil

from nova_actions.tests import missing


def nova() -> pathlib.Path:
    """Return the Python that has Nova and its clients."""
    return python('Nova', 'NOVA_ACTIONS_TEST_NOVA_PYTHON')


def older_nova(series: int) -> pathlib.Path:
    """Return the Python that has Nova of an older series, 32 or 33."""
    return python(f'Nova {series}', f'NOVA_ACTIONS_TEST_NOVA{series}_PYTHON')


def keystone() -> pathlib.Path:
    """Return the Python that has Keystone."""
    return python('Keystone', 'NOVA_ACTIONS_TEST_KEYSTONE_PYTHON')


def python(what: str, variable: str) -> pathlib.Path:
    path = os.environ.get(variable, '')
    if not shutil.which(path):
        missing.unavailable(what, f'{variable} names no Python: {path!r}')
    return pathlib.Path(path)
