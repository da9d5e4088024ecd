# SPDX-License-Identifier: Apache-2.0
"""Nova's real clients, in the environment that they are installed in."""

import json
import pathlib
import subprocess
from typing import Any

import fixtures as base_fixtures

from nova_actions.tests import missing
from nova_actions.tests import patience
from nova_actions.tests.functional import peer
from nova_actions.tests.functional import process

ASK = pathlib.Path(__file__).parent / 'client_peer' / 'ask.py'

Answer = dict[str, Any]


def admin_token(url: str, token: str) -> dict[str, Any]:
    """Return how to come with a token as it is, without Keystone."""
    return {
        'type': 'admin_token',
        'options': {'endpoint': url, 'token': token},
    }


def options_of(auth: dict[str, Any]) -> list[str]:
    """Return the same as options of a command line."""
    return [
        f'--os-auth-type={auth["type"]}',
        *(
            f'--os-{name.replace("_", "-")}={value}'
            for name, value in auth['options'].items()
        ),
    ]


class Clients(missing.Fixture):
    """The clients, with a home folder of their own."""

    def _setUp(self) -> None:
        self._python = peer.nova()
        self._environ = process.clean_environ(
            HOME=self.useFixture(base_fixtures.TempDir()).path
        )

    def ask(self, *questions: dict[str, Any]) -> list[Answer]:
        """Ask the libraries, and openstackclient's command lines, in one
        process; see client_peer/ask.py."""
        done = self._run(
            str(self._python), str(ASK), input=json.dumps(questions)
        )
        if done.returncode:
            raise AssertionError(done.stderr[-4000:])
        answers: list[Answer] = json.loads(done.stdout.splitlines()[-1])
        return answers

    def run(self, program: str, *arguments: str) -> str:
        """Run a client's command and return what it printed."""
        done = self._run(str(self._python.parent / program), *arguments)
        if done.returncode:
            raise AssertionError(f'{done.stdout}\n{done.stderr[-4000:]}')
        return done.stdout

    def _run(
        self, *command: str, **options: Any
    ) -> 'subprocess.CompletedProcess[str]':
        return subprocess.run(
            command,
            env=self._environ,
            text=True,
            capture_output=True,
            timeout=patience.PATIENCE,
            check=False,
            **options,
        )
