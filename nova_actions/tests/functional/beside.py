# SPDX-License-Identifier: Apache-2.0
"""Environments of Nova with our wheels laid over them."""

import os
import pathlib
import subprocess
import sys

import fixtures

from nova_actions.tests import missing
from nova_actions.tests.functional import peer


def world() -> pathlib.Path:
    """Return the Python that has Nova and what Nova's own tests need."""
    return peer.python('Nova with its tests', 'NOVA_ACTIONS_TEST_WORLD_PYTHON')


def wheels(*names: str) -> list[pathlib.Path]:
    """Return our wheels, which .ci/run makes, by their distributions."""
    folder = os.environ.get('NOVA_ACTIONS_TEST_WHEELS', '')
    found = []
    for name in names:
        made = sorted(pathlib.Path(folder).glob(f'{name}-*.whl'))
        if not folder or not made:
            missing.unavailable(
                f'our wheel {name}',
                'NOVA_ACTIONS_TEST_WHEELS names no folder '
                f'with it: {folder!r}',
            )
        found.append(made[-1])
    return found


class Environment(missing.Fixture):
    """A virtual environment that has all that another has, and our wheels,
    with no way for pip to look for anything else.

    :param nova: the Python of the other, which stays as it is
    """

    def __init__(self, nova: pathlib.Path, bridge: bool = False) -> None:
        self.nova = nova
        self._names = [
            'nova_actions',
            *(['nova_actions_bridge'] if bridge else []),
        ]

    def _setUp(self) -> None:
        made = wheels(*self._names)
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.bin = folder / 'venv' / 'bin'
        self.python = self.bin / 'python'
        self._run(self.nova, '-m', 'venv', '--without-pip', folder / 'venv')
        below, own = (
            pathlib.Path(
                self._run(
                    python,
                    '-c',
                    'import sysconfig; print(sysconfig.get_path("purelib"))',
                ).strip()
            )
            for python in (self.nova, self.python)
        )
        #: Where both have their packages.
        self.folders = [own, below]
        (own / 'nova.pth').write_text(f'{below}\n', encoding='utf-8')
        self._run(
            sys.executable,
            '-m',
            'pip',
            '--python',
            self.python,
            'install',
            '--no-index',
            '--disable-pip-version-check',
            *made,
        )

    @staticmethod
    def _run(*command: str | os.PathLike[str]) -> str:
        # What PYTHONPATH names would count as installed there.
        environ = {
            name: value
            for name, value in os.environ.items()
            if name != 'PYTHONPATH'
        }
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environ
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout
