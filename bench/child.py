# SPDX-License-Identifier: Apache-2.0
"""A side's process, as the one that compares sees it."""

import json
import os
import pathlib
import subprocess
from typing import Any

#: Characters of a log that are shown when its process ends.
LAST_WORDS = 2000

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A side could not do its work; the text says why."""


class Child:
    """A process that answers tasks; see :mod:`bench.side`.

    :param python: the interpreter whose environment it needs
    :param module: what it runs
    :param arguments: of its command line
    :param log: where its standard error goes
    """

    def __init__(
        self, python: str, module: str, *arguments: str, log: pathlib.Path
    ) -> None:
        self._module, self._log = module, log
        with log.open('ab') as stream:
            self._process = subprocess.Popen(
                [python, '-m', module, *arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                env={**os.environ, 'PYTHONWARNINGS': 'ignore'},
                start_new_session=True,
            )
        self._answer()

    @property
    def group(self) -> int:
        """The group of its processes."""
        return self._process.pid

    def ask(self, **task: Any) -> dict[str, Any]:
        """Return the answer to a task.

        :raises Failed: when it has none
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + '\n')
        self._process.stdin.flush()
        answer = self._answer()
        if 'error' in answer:
            raise Failed(f'{task}: {answer["error"]}')
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Failed(
                f'{self._module} ended with '
                f'{self._process.wait()}:\n'
                f'{self._log.read_text()[-LAST_WORDS:]}'
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End it, its work too."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
