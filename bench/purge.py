# SPDX-License-Identifier: Apache-2.0
"""A purge beside writers: ``python -m bench.purge [--database NAME]``.

100,000 actions are purged while others record; the rate of those beside what
they reach alone, both in one run. Writing goes on with as many clients all
the time.
"""

import argparse
import statistics
import subprocess
import sys
import time

from bench import arena
from bench import child
from bench import databases
from bench import dataset

SIZE = dataset.Size(servers=100, actions=1000)

#: What is recorded meanwhile is younger.
BEFORE = '2026-11-01'

CLIENTS = 4
SECONDS = 1.0


def measure(
    dialect: str,
    size: dataset.Size = SIZE,
) -> tuple[float, float, float]:
    """Return records a second alone and beside the purge, and how many
    seconds that takes."""
    with arena.Arena(dialect, size, None) as sides:

        def rate() -> float:
            answer = sides.ask(
                'ours',
                False,
                workload='record',
                clients=CLIENTS,
                seconds=SECONDS,
            )
            return float(answer['operations'] / answer['seconds'])

        alone = [rate() for _ in range(5)]
        began = time.perf_counter()
        purge = subprocess.Popen(
            [
                sys.executable,
                '-m',
                'nova_actions.cmd.manage',
                '--config-file',
                str(sides.configuration),
                'db',
                'purge',
                '--before',
                BEFORE,
            ],
            cwd=child.ROOT,
            stdout=subprocess.DEVNULL,
        )
        beside = []
        while purge.poll() is None:
            beside.append(rate())
        seconds = time.perf_counter() - began
        if purge.returncode:
            raise child.Failed(f'the purge ended with {purge.returncode}')
        return statistics.median(alone), statistics.median(beside), seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        prog='python -m bench.purge',
        description=(__doc__ or '').partition(':')[0],
    )
    parser.add_argument(
        '--database', action='append', choices=('mariadb', 'postgresql')
    )
    print(
        f'{"purge of 100,000 actions":28}{"records/s alone":>17}'
        f'{"beside it":>11}{"ratio":>7}{"seconds":>9}'
    )
    for dialect in parser.parse_args().database or databases.DIALECTS[1:]:
        alone, beside, seconds = measure(dialect)
        print(
            f'{dialect:28}{alone:17.1f}{beside:11.1f}{beside / alone:7.2f}'
            f'{seconds:9.1f}',
            flush=True,
        )


if __name__ == '__main__':
    main()
