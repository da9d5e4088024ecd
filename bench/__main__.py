# SPDX-License-Identifier: Apache-2.0
"""Compares nova-actions with Nova 34 and with the bare drivers.

    python -m bench --quick | --full [--nova PYTHON] [--database NAME ...]
                    [--only WORDS ...] [--actions NUMBER ...] [--json FILE]
                    [--plot FILE]

The sides take turns at each workload, so that whatever else the machine does
meets all of them; medians and ratios count, not single figures. It needs
PostgreSQL, MariaDB and RabbitMQ on their usual ports of 127.0.0.1, and makes
databases and virtual hosts of its own there.

Beside it: ``python -m bench.startup`` (CPU of each start), ``bench.memory``
(through 200,000 events) and ``bench.purge`` (beside writers).
"""

import argparse
import itertools
import os
import pathlib
import sys

from bench import arena
from bench import databases
from bench import dataset
from bench import result
from bench import workload

SMALL = dataset.Size(servers=100, actions=100)
LARGE = dataset.Size(servers=1000, actions=1000)

#: Operations that are counted for the second table.
COUNTED = 20


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m bench', description=(__doc__ or '').splitlines()[0]
    )
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument(
        '--quick',
        action='store_true',
        help='three short runs on a small database',
    )
    how.add_argument(
        '--full',
        action='store_true',
        help='five long runs, on a million actions too',
    )
    parser.add_argument(
        '--nova',
        metavar='PYTHON',
        default=os.environ.get('NOVA_ACTIONS_TEST_NOVA_PYTHON'),
        help='the Python of an environment with Nova 34.0.0',
    )
    parser.add_argument(
        '--database', action='append', choices=databases.DIALECTS
    )
    parser.add_argument(
        '--only',
        metavar='WORDS',
        action='append',
        help='workloads whose titles have these words; may '
        'be given several times',
    )
    parser.add_argument(
        '--actions',
        type=int,
        action='append',
        choices=[size.total for size in (SMALL, LARGE)],
        help='how many actions the databases have',
    )
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--plot', type=pathlib.Path, metavar='FILE')
    return parser.parse_args(argv)


def chosen(
    dialect: str, options: argparse.Namespace
) -> list[workload.Workload]:
    """Return the workloads to measure on a database."""
    return [
        each
        for each in workload.WORKLOADS
        if any(words in each.title for words in options.only or [''])
        and (dialect != 'sqlite' or each.is_alone)
    ]


def measure(
    dialect: str, size: dataset.Size, options: argparse.Namespace
) -> list[result.Result]:
    """Return what each side did on a database."""
    runs, seconds = (5, 3.0) if options.full else (3, 0.3)
    found: dict[tuple[str, str], result.Result] = {}
    with arena.Arena(dialect, size, options.nova) as sides:
        for run, each, side in itertools.product(
            range(runs), chosen(dialect, options), sides.sides
        ):
            print(
                f'\r{dialect}, run {run + 1} of {runs}: '
                f'{each.title}, {side}\033[K',
                end='',
                file=sys.stderr,
                flush=True,
            )
            one = found.setdefault(
                (each.title, side),
                result.Result(dialect, size.total, each.title, side),
            )
            _measure_once(sides, each, one, seconds)
    print('\r\033[K', end='', file=sys.stderr)
    return list(found.values())


def _measure_once(
    sides: arena.Arena,
    each: workload.Workload,
    one: result.Result,
    seconds: float,
) -> None:
    """Add a run to a result, and with the first one what is counted."""
    task = {'workload': each.of(one.side), 'clients': each.clients}
    answer = sides.ask(one.side, each.by_rpc, seconds=seconds, **task)
    one.rates.append(answer['operations'] / answer['seconds'])
    one.cpu.append(1000 * answer['cpu'] / answer['operations'])
    if len(one.rates) == 1 and each.clients == 1 and not each.by_rpc:
        one.counts = sides.count(one.side, COUNTED, **task)


def sizes(options: argparse.Namespace) -> list[dataset.Size]:
    """Return the sizes of the databases to measure on."""
    wanted = options.actions or [
        size.total for size in ((SMALL, LARGE) if options.full else (SMALL,))
    ]
    return [size for size in (SMALL, LARGE) if size.total in wanted]


def main(argv: list[str]) -> int:
    options = parse(argv)
    if not options.nova:
        print(
            'No --nova: compared with the bare drivers alone.', file=sys.stderr
        )
    results = [
        each
        for size in sizes(options)
        for dialect in options.database or databases.DIALECTS
        if size is SMALL or dialect != 'sqlite'
        for each in measure(dialect, size, options)
    ]
    print(result.table(results))
    if options.json:
        result.save(results, options.json)
    if options.plot:
        result.plot(results, options.plot)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
