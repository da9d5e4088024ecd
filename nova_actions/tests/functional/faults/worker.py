# SPDX-License-Identifier: Apache-2.0
"""A compute process of its own: does work in threads, and tells on stdout, a
line of JSON each, what it was told to be stored, and what its work returned.

    python worker.py CONFIG THREADS STEPS [fault]

It is run by its path, and imports nothing of the tests: what they do to a
process that runs them is not done to it.
"""

import datetime
import json
import os
import resource
import sys
import threading
import time
import uuid

from nova_actions import conf as config
from nova_actions import context
from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.reporter import clock

#: Seconds; the process that started this has less patience.
FOREVER = 10.0**6

_lock = threading.Lock()


def tell(**what):
    line = json.dumps(what) + '\n'
    with _lock:
        os.write(1, line.encode())


def listen_in():
    """Tell each transition that the recorder says is stored."""
    recorder = active.current()
    record = recorder.record

    def listening(transitions, *args, **kwargs):
        began = time.perf_counter_ns()
        stored = record(transitions, *args, **kwargs)
        spent = (time.perf_counter_ns() - began) // 1000
        for each in transitions:
            tell(
                stored=stored,
                kind=each['kind'],
                uuid=each['uuid'],
                name=each['name'],
                result=each.get('result'),
                spent=spent,
            )
        return stored

    recorder.record = listening


class Broken(Exception):
    pass


class Manager:
    host = 'here'

    @reporter.wrap_instance_event('compute', failed_when=('failed',))
    def work(self, context, instance, number):
        if number % 3 == 1:
            raise Broken(number)
        return ('done', None, 'failed')[number % 3]


def live(steps, middle):
    server = str(uuid.uuid4())
    request = context.RequestContext(user_id='u', project_id='p')
    manager = Manager()
    wrong = 0
    with reporter.ActionReporter(request, server, 'create', 'here'):
        for number in range(steps):
            if number == steps // 2:
                middle.wait()
            try:
                result = manager.work(request, {'uuid': server}, number)
            except Broken as error:
                result = error
            expected = ('done', Broken, 'failed')[number % 3]
            wrong += not (
                result == expected
                or (isinstance(result, Broken) and expected is Broken)
            )
    tell(server=server, wrong=wrong)


def full_disk():
    """Let no file grow any more, and let it again a little later."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


def free_disk():
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )


def wrong_clock():
    utcnow = clock.utcnow
    clock.utcnow = lambda: utcnow() - datetime.timedelta(hours=1)


def hold():
    tell(held=True)
    sys.stdin.readline()


FAULTS = {'disk': full_disk, 'clock': wrong_clock, 'hold': hold}


def main():
    path, threads, steps, *fault = sys.argv[1:]
    # Answers get lost here, and each is waited for.
    reporter.DELIVERY_TIMEOUT = 5.0
    reporter.setup(config.load(['--config-file', path]))
    listen_in()
    middle = threading.Barrier(
        int(threads), action=FAULTS.get(*fault) if fault else None
    )
    lives = [
        threading.Thread(target=live, args=(int(steps), middle))
        for _ in range(int(threads))
    ]
    for each in lives:
        each.start()
    for each in lives:
        each.join()
    free_disk()
    tell(worked=True)
    sys.stdin.readline()
    tell(flushed=active.current().flush(FOREVER), **reporter.stats())


if __name__ == '__main__':
    main()
