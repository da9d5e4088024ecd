# SPDX-License-Identifier: Apache-2.0
"""What it costs to start: ``python -m bench.startup [--runs N]``.

CPU seconds of whole processes, their children's too, beside those of a Python
that does nothing. The least of some runs counts: what else the machine does
only adds to it.
"""

import argparse
import resource
import signal
import subprocess
import sys
import tempfile

from bench import child
from bench import processes
from bench.sides import ours

#: Commands that end by themselves.
COMMANDS = (
    ('all', '--version'),
    ('all', '--help'),
    ('api', '--help'),
    ('conductor', '--help'),
    ('manage', '--help'),
    ('status', '--help'),
    ('manage', 'db', 'version'),
    ('manage', 'action', 'list'),
    ('manage', 'reporter', 'list'),
)

#: Services, and what a line says when each is ready.
SERVICES = {'all': 'Serving.', 'api': 'is ready', 'conductor': 'is ready'}

IMPORTS = ('nova_actions.conf', 'nova_actions.reporter')


def spent(command: list[str], until: str | None = None) -> float:
    """Return the CPU seconds of a process until it ends or, of a service,
    until it says that.

    :raises Failed: when it fails, or a service ends
    """
    before = _children()
    process = subprocess.Popen(
        command,
        cwd=child.ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = ''
    for line in process.stdout:
        said += line
        if until and until in line:
            seconds = processes.cpu_of_group(process.pid)
            process.send_signal(signal.SIGTERM)
            process.communicate()
            return seconds
    if process.wait() or until:
        raise child.Failed(f'{command}: {said}')
    return _children() - before


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(runs: int) -> dict[str, float]:
    """Return the CPU seconds of each start by its name."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(
            ours.configure(
                f'sqlite:///{folder}/db', folder, 'fake:///', 'bench'
            )
        )
        config = ['--config-file', path]

        def of(name: str, *words: str) -> list[str]:
            return [
                sys.executable,
                '-m',
                f'nova_actions.cmd.{name}',
                *config,
                *words,
            ]

        spent(of('manage', 'db', 'sync'))
        starts: dict[str, tuple[list[str], str | None]] = {
            'python': ([sys.executable, '-c', ''], None)
        }
        for name in IMPORTS:
            starts[f'import {name}'] = (
                [sys.executable, '-c', f'import {name}'],
                None,
            )
        for name, *words in COMMANDS:
            starts[' '.join((f'nova-actions-{name}', *words))] = (
                of(name, *words),
                None,
            )
        for name, until in SERVICES.items():
            words = () if name == 'conductor' else ('--port', '0')
            starts[f'nova-actions-{name}, until ready'] = (
                of(name, *words),
                until,
            )
        found: dict[str, float] = {}
        for _ in range(runs):
            for name, (command, until) in starts.items():
                found[name] = min(found.get(name, 1e9), spent(command, until))
        return found


def table(found: dict[str, float]) -> str:
    """Return the figures as lines."""
    return '\n'.join(
        [
            f'{"CPU seconds":46}',
            *(f'{name:46}{seconds:8.2f}' for name, seconds in found.items()),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog='python -m bench.startup',
        description=(__doc__ or '').partition(':')[0],
    )
    parser.add_argument('--runs', type=int, default=5)
    print(table(measure(parser.parse_args().runs)))


if __name__ == '__main__':
    main()
