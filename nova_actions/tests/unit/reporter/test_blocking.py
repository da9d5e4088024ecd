# SPDX-License-Identifier: Apache-2.0
"""What waits for the disk, in processes that eventlet has patched and in
others."""

import importlib.metadata
import subprocess
import sys
import threading

import fixtures
from oslotest import base

from nova_actions.reporter import blocking
from nova_actions.tests import missing
from nova_actions.tests import patience

#: A disk that answers once another thread of this process has worked.
_PATCHED = f"""
import warnings
warnings.simplefilter('ignore')
import eventlet
eventlet.monkey_patch()
import os
import sys
import threading
from eventlet import patcher
from nova_actions.reporter import blocking
from nova_actions.reporter.spool import disk

real = patcher.original('threading')


def work_while(function, *args):
    worked = real.Event()

    def slow(*got):
        assert worked.wait({patience.PATIENCE}), 'the process waited'
        return function(*got)

    threading.Thread(target=worked.set).start()
    return blocking.run(slow, *args)
"""

_RESULTS = """
assert work_while(max, 1, 2) == 2
try:
    work_while(int, 'none')
except ValueError as error:
    assert 'none' in str(error)
else:
    raise AssertionError
before = len(os.listdir('/proc/self/fd'))
for _each in range(10):
    work_while(max, 1, 2)
# The last thread may be about to close its end.
assert len(os.listdir('/proc/self/fd')) <= before + 1
"""

_FORKS = """
work_while(max, 1, 2)
child = os.fork()
if not child:
    import eventlet.hubs
    eventlet.hubs.use_hub()
    os._exit(work_while(max, 6, 7))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""

_FORKED_MEANWHILE = """
import signal


def fork():
    child = os.fork()
    if not child:
        signal.pause()
    return child


child = blocking.run(fork)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""

#: Whether the wait ends early or not, the function does not run any more.
_TIMEOUT = """
finished = []
time = patcher.original('time')
try:
    with eventlet.Timeout(0):
        blocking.run(lambda: finished.append(time.sleep(0.1)))
except eventlet.Timeout:
    pass
assert finished
"""

_HUB = """
from eventlet import hubs
found = []
hubs.get_hub().schedule_call_global(
    0, lambda: found.append(blocking.run(max, 1, 2)))
while not found:
    eventlet.sleep(0)
assert found == [2]
"""

_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 4096))
assert blocking.run(max, 1, 2) == 2
"""

#: Whatever the spool does to the disk, on the way of each setting.
_SPOOLS = """
def others_go_on(what):
    waited, worked = [], real.Event()
    def slow(function, *args):
        waited.append(function)
        def late(*got):
            assert worked.wait(PATIENCE), 'the process waited'
            return function(*got)
        threading.Thread(target=worked.set).start()
        return run(late, *args)
    run, blocking.run = blocking.run, slow
    try:
        what()
    finally:
        blocking.run = run
    return len(waited)


def report(number):
    return [{'kind': 'end', 'uuid': str(number)}]


for fsync, expected in (('interval', 0), ('always', 1), ('never', 0)):
    spool = disk.Spool(os.path.join(sys.argv[1], fsync), 1000000, fsync)
    number = others_go_on(lambda: spool.append(report(1)))
    assert number == expected, (fsync, number)
    assert spool.count == 1
    number = others_go_on(spool.sync)
    assert number == (fsync != 'never'), (fsync, number)
    # To write the log back, and to begin it anew.
    assert others_go_on(lambda: spool.maintain(True)) == 2, fsync
    assert len(spool.after(0, 10)) == 1
    spool.close()
"""


class RunTest(base.BaseTestCase):
    def test_here_where_threads_are_threads(self):
        self.assertIs(
            threading.current_thread(), blocking.run(threading.current_thread)
        )
        self.assertRaises(ValueError, blocking.run, int, 'none')


class PatchedTest(base.BaseTestCase):
    """In a process of its own, which eventlet has patched."""

    def setUp(self):
        super().setUp()
        try:
            importlib.metadata.version('eventlet')
        except importlib.metadata.PackageNotFoundError as error:
            missing.unavailable('eventlet', error)

    def run_patched(self, script):
        done = subprocess.run(
            [
                sys.executable,
                '-c',
                _PATCHED + script.replace('PATIENCE', str(patience.PATIENCE)),
                self.useFixture(fixtures.TempDir()).path,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)

    def test_others_go_on(self):
        self.run_patched(_RESULTS)

    def test_after_a_fork(self):
        self.run_patched(_FORKS)

    def test_a_fork_meanwhile(self):
        self.run_patched(_FORKED_MEANWHILE)

    def test_a_timeout(self):
        self.run_patched(_TIMEOUT)

    def test_in_the_hub(self):
        self.run_patched(_HUB)

    def test_no_file_can_be_opened(self):
        self.run_patched(_FILES)

    def test_spools(self):
        self.run_patched(_SPOOLS)
