# SPDX-License-Identifier: Apache-2.0
"""What recording costs the recorded work while things break.

    python bench/faults.py [--threads N] [--steps N]

Needs PostgreSQL and RabbitMQ, as the functional tests do. Each row is one
run: how long a thread was held up for each transition, beside the run in which
nothing breaks.
"""

import argparse
import contextlib
import statistics

from nova_actions.tests import fixtures
from nova_actions.tests.functional.faults import proxy
from nova_actions.tests.functional.faults import world


def nothing(_world, _bus):
    return lambda: None


def no_conductor(world_, _bus):
    world_.kill_conductor()
    return world_.start_conductor


def no_bus(_world, bus):
    bus.cut()
    return bus.mend


FAULTS = {
    'nothing breaks': nothing,
    'the conductor is killed': no_conductor,
    'the bus is cut': no_bus,
}


def held_up(threads, steps, fault):
    """Return the microseconds of each transition of the second half, before
    which something breaks."""
    with contextlib.ExitStack() as stack:
        conf = stack.enter_context(fixtures.Conf()).conf
        rabbit = stack.enter_context(fixtures.Rabbit())
        bus = stack.enter_context(proxy.Proxy(5672))
        database = stack.enter_context(fixtures.Database(conf, 'postgresql'))
        found = stack.enter_context(
            world.World(
                rabbit.url.replace(':5672', f':{bus.port}'), database.url
            )
        )
        worker = found.work('hold', threads=threads, steps=steps)
        worker.wait_until_held()
        before = len(worker.told)
        mend = fault(found, bus)
        worker.release()
        worker.wait_until_worked()
        mend()
        last = worker.finish()
        if not last['flushed'] or found.differences(worker):
            raise SystemExit(f'bench: not everything arrived: {last}')
        return [
            line['spent'] for line in worker.told[before:] if 'spent' in line
        ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--threads', type=int, default=8)
    parser.add_argument('--steps', type=int, default=260)
    options = parser.parse_args()
    print(
        f'{"microseconds per transition":30}{"median":>9}{"95 %":>9}'
        f'{"99 %":>9}{"most":>9}{"ratio":>9}'
    )
    base = None
    for name, fault in FAULTS.items():
        spent = held_up(options.threads, options.steps, fault)
        cuts = statistics.quantiles(spent, n=100)
        base = base or cuts[49]
        print(
            f'{name:30}{cuts[49]:9.0f}{cuts[94]:9.0f}{cuts[98]:9.0f}'
            f'{max(spent):9.0f}{cuts[49] / base:9.1f}'
        )


if __name__ == '__main__':
    main()
