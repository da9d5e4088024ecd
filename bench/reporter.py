# SPDX-License-Identifier: Apache-2.0
"""What recording costs the recorded work, with no conductor to answer.

    python bench/reporter.py [--steps N] [--threads N]

Each figure is the time that one step takes longer with the reporter than
without, start and end together, beside a plain SQLite insert of the same
size in the same run: a machine's own speed cancels out in the ratio.
"""

import argparse
import os
import resource
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid

from nova_actions import context
from nova_actions import exception
from nova_actions import objects
from nova_actions import reporter
from nova_actions.objects import report
from nova_actions.reporter import recorder


def away(*_args, **_kwargs):
    time.sleep(0.05)
    raise exception.ConductorUnavailable(reason='bench')


def plain(folder, steps):
    """Return the microseconds of inserts into SQLite, two a step."""
    database = sqlite3.connect(
        os.path.join(folder, 'plain'), isolation_level=None
    )
    database.execute('PRAGMA journal_mode=WAL')
    database.execute('PRAGMA synchronous=NORMAL')
    database.execute('CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT)')
    body = 'x' * 500
    spent = []
    for _ in range(steps):
        began = time.perf_counter_ns()
        for _ in range(2):
            database.execute('INSERT INTO plain (body) VALUES (?)', (body,))
        spent.append((time.perf_counter_ns() - began) / 1000)
    database.close()
    return spent


def steps_of(steps, spent, failing):
    request = context.RequestContext(user_id='u', project_id='p')
    server = str(uuid.uuid4())
    for _ in range(steps):
        began = time.perf_counter_ns()
        try:
            with reporter.EventReporter(
                request, 'compute_reboot_instance', 'host', server
            ):
                if failing:
                    raise ValueError('bench')
        except ValueError:
            pass
        spent.append((time.perf_counter_ns() - began) / 1000)


def limit_files(size):
    """Let no file of this process grow beyond that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def recording(
    folder, steps, threads, failing=False, is_full=False, **settings
):
    """Return the microseconds of steps that are recorded, or, on a disk that
    is full, lost."""
    reporter.begin(
        recorder.Recorder(
            recorder.Settings(
                folder=os.path.join(folder, uuid.uuid4().hex),
                host='host',
                timeout=0.1,
                **settings,
            )
        )
    )
    if is_full:
        steps_of(10, [], failing)
        limit_files(1024)
    spent = []
    workers = [
        threading.Thread(
            target=steps_of, args=(steps // threads, spent, failing)
        )
        for _ in range(threads)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    limit_files(resource.RLIM_INFINITY)
    lost = {
        name: number
        for name, number in reporter.stats().items()
        if name.startswith('lost')
    }
    if bool(lost) is not is_full:
        raise SystemExit(f'bench: {lost}')
    reporter.stop()
    return spent


def show(name, spent, base):
    cuts = statistics.quantiles(spent, n=100)
    print(
        f'{name:38}{cuts[49]:9.0f}{cuts[94]:9.0f}{cuts[98]:9.0f}'
        f'{cuts[49] / base:9.1f}'
    )
    return cuts[49]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=4000)
    parser.add_argument('--threads', type=int, default=8)
    options = parser.parse_args()
    objects.register_all()
    report.ReportList.apply = staticmethod(away)
    print(
        f'{"microseconds per step":38}{"median":>9}{"95 %":>9}{"99 %":>9}'
        f'{"ratio":>9}'
    )
    with tempfile.TemporaryDirectory() as folder:
        base = show(
            'plain SQLite, two inserts', plain(folder, options.steps), 1
        )
        for fsync in ('never', 'interval', 'always'):
            few = options.steps if fsync != 'always' else 400
            show(
                f'durable, fsync={fsync}',
                recording(folder, few, 1, fsync=fsync),
                base,
            )
        show(
            f'durable, {options.threads} threads',
            recording(folder, options.steps, options.threads),
            base,
        )
        show(
            'durable, each step fails',
            recording(folder, options.steps // 4, 1, failing=True),
            base,
        )
        show(
            'the disk is full',
            recording(folder, options.steps, 1, is_full=True),
            base,
        )
        show(
            'the disk is full, each step fails',
            recording(
                folder, options.steps // 4, 1, failing=True, is_full=True
            ),
            base,
        )


if __name__ == '__main__':
    main()
