# SPDX-License-Identifier: Apache-2.0
"""What the bridge adds to an action with one step in a service of Nova.

Run it with the Python of an environment that has Nova and the bridge:
``NOVA/bin/python bench/bridge.py``. Processes with and without the bridge take
turns. Nova records into an SQLite file; our conductor is away, so that what is
measured is the service alone. It prints medians in microseconds, of the time
of day and of the CPU time of the thread that records.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

ROUNDS = 3
ACTIONS = 200
MODES = ('off', 'mirror')


def main() -> None:
    """Have the modes take turns, and print the median of each."""
    found: dict[str, list[tuple[float, float]]] = {mode: [] for mode in MODES}
    for _round in range(ROUNDS):
        for mode in MODES:
            found[mode].append(_run(mode))
    for mode, runs in found.items():
        wall, cpu = (
            statistics.median(each) for each in zip(*runs, strict=True)
        )
        print(f'{mode:8} {wall:8.0f} us, CPU {cpu:8.0f} us')


def _run(mode: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        conf = pathlib.Path(folder, 'nova-actions.conf')
        conf.write_text(
            f'[DEFAULT]\ntransport_url = fake:///\nstate_path = {folder}\n'
            f'[bridge]\nmode = {mode}\n'
        )
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', __file__, 'child'],
            env={**os.environ, 'NOVA_ACTIONS_CONFIG': str(conf)},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


def child() -> None:
    """Record in this process, and print how long an action takes."""
    act = _service()
    act()
    walls, cpus = [], []
    for _action in range(ACTIONS):
        wall, cpu = time.perf_counter(), time.thread_time()
        act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.thread_time() - cpu)
    print(*(statistics.median(each) * 1e6 for each in (walls, cpus)))
    sys.stdout.flush()
    # It would wait for a conductor.
    os._exit(0)


def _service() -> Callable[[], None]:
    """Make this process a service of Nova with a server, and return what
    does something to that."""
    from nova import config
    from nova import context
    from nova import objects
    from nova.compute import utils
    from nova.db import migration

    pathlib.Path('nova.conf').write_text(
        '[DEFAULT]\ntransport_url = fake:///\n'
        '[database]\nconnection = sqlite:///cell\n'
        '[api_database]\nconnection = sqlite://\n'
        '[oslo_messaging_notifications]\ndriver = nova_actions\n'
    )
    config.parse_args(['nova-conductor'], default_config_files=['nova.conf'])
    objects.register_all()
    migration.db_sync(database='main')
    server = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'

    def act() -> None:
        caller = context.RequestContext('user', 'owner')
        objects.InstanceAction.action_start(caller, server, 'reboot')
        with utils.EventReporter(
            caller, 'compute_reboot_instance', 'host', server
        ):
            pass

    return act


if __name__ == '__main__':
    child() if sys.argv[1:] else main()
