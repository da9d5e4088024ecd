# SPDX-License-Identifier: Apache-2.0
"""What a long life costs: ``python -m bench.memory [--events N]``.

The resident memory of a reporting process and of a conductor while so many
steps go from the one to the other, in ten parts; 200,000 by default. It needs
RabbitMQ and a database's server.
"""

import argparse
from collections.abc import Iterator

from bench import arena
from bench import databases
from bench import dataset
from bench import processes

SIZE = dataset.Size(servers=100, actions=1)

#: Threads that report.
CLIENTS = 4

#: Seconds of one task.
SECONDS = 2.0


def measure(dialect: str, events: int) -> Iterator[tuple[int, float, float]]:
    """Yield after each part the number of events, and the MiB of reporter
    and conductor."""
    with arena.Arena(dialect, SIZE, None) as sides:
        done, part = 0, max(1, events // 10)
        while done < events:
            answer = sides.ask(
                'ours',
                True,
                workload='durable',
                clients=CLIENTS,
                seconds=SECONDS,
            )
            before, done = done, done + answer['operations']
            if before // part != done // part:
                yield (
                    done,
                    *(
                        processes.memory_of_group(group)
                        for group in sides.groups('ours')
                    ),
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog='python -m bench.memory',
        description=(__doc__ or '').partition(':')[0],
    )
    parser.add_argument('--events', type=int, default=200_000)
    parser.add_argument(
        '--database', default='postgresql', choices=databases.DIALECTS
    )
    options = parser.parse_args()
    print(f'{"events":>9}{"reporter, MiB":>16}{"conductor, MiB":>16}')
    for events, reporter, conductor in measure(
        options.database, options.events
    ):
        print(f'{events:9,}{reporter:16.1f}{conductor:16.1f}', flush=True)


if __name__ == '__main__':
    main()
