# SPDX-License-Identifier: Apache-2.0
"""Nova's own processes with the bridge, over RabbitMQ, while our conductor is
stopped, killed and started: what we have recorded is laid beside what Nova
has.
"""

import os
import signal
import unittest

from nova_actions.tests import FULL
from nova_actions.tests import patience
from nova_actions.tests.functional import bridged_cloud
from nova_actions.tests.functional import cloud
from nova_actions.tests.functional import nova_api
from nova_actions.tests.functional import user

ROUNDS = 6
FIRST, SECOND = cloud.HOSTS


class _Tests:
    """nova-api is forked after loading, and nova-conductor has workers."""

    def fail_once(self):
        """Do something that fails and leaves the server as it was."""
        self.cloud.act(FIRST, 'suspend')
        patience.wait_until(
            'suspend that fails',
            lambda: any(
                each['result'] == 'Error' and each['finish_time']
                for each in self.theirs()[-1]['events']
            ),
        )
        self.cloud.act(FIRST, 'os-resetState', {'state': 'active'}, 'active')

    def kill_inside(self):
        """Kill a nova-compute while it does something, and restart it."""
        hold, held = (self.cloud.folder / name for name in ('hold', 'held'))
        hold.touch()
        self.cloud.act(SECOND, 'pause')
        patience.wait_until('the guest is being paused', held.exists)
        self.cloud.kill(SECOND)
        hold.unlink()
        self.cloud.start(SECOND)
        self.cloud.await_service(SECOND)

    def operate_all(self):
        self.operate()
        self.fail_once()

    def test_while_we_are_away(self):
        self.operate_all()
        for number in range(ROUNDS):
            stop = self.conductor.kill if number % 2 else self.conductor.stop
            stop()
            self.operate_all()
            self.conductor.start()
        self.kill_inside()
        patience.wait_until('all reports', self.is_settled)
        self.check()

    def check(self):
        """Check that each action and step is there once, as Nova has it,
        except the one that was killed, which Nova leaves open for ever."""
        [mine], [its] = self.differences()
        self.assertEqual(its[:-1], mine[:-1])
        step = 'compute_pause_instance', SECOND
        self.assertEqual(
            [((*step, 'Interrupted'),), ((*step, None),)], [mine[-1], its[-1]]
        )
        times = ROUNDS + 1
        self.assertEqual(
            {
                ('pause', 'succeeded'): 2 * times,
                ('pause', 'interrupted'): 1,
                ('unpause', 'succeeded'): 2 * times,
                ('stop', 'succeeded'): 2 * times,
                ('suspend', 'failed'): times,
                ('resetState', 'succeeded'): 3 * times,
            },
            dict(self.statuses()),
        )


@unittest.skipUnless(FULL, 'minutes: NOVA_ACTIONS_FULL=1')
class TestThreads(_Tests, bridged_cloud.CloudTestCase):
    CONCURRENCY = 'threading'


@unittest.skipUnless(FULL, 'minutes: NOVA_ACTIONS_FULL=1')
class TestEventlet(_Tests, bridged_cloud.CloudTestCase):
    CONCURRENCY = 'eventlet'


@unittest.skipUnless(FULL, 'minutes: NOVA_ACTIONS_FULL=1')
class TestModWsgi(bridged_cloud.CloudTestCase):
    """nova-api in Apache's processes, which are of another user than the
    other services: each user has a folder of spools."""

    SERVE = staticmethod(nova_api.mod_wsgi)

    def restarted(self, signal_to_send):
        """Have Apache replace the processes that serve nova-api."""
        apache = self.cloud.services['api'].process.pid
        before = set(nova_api.workers(apache))
        self.assertEqual(nova_api.PROCESSES, len(before))
        if signal_to_send == signal.SIGKILL:
            for worker in before:
                os.kill(worker, signal.SIGKILL)
        else:
            os.kill(apache, signal_to_send)

        def are_new():
            now = set(nova_api.workers(apache))
            return len(now) == nova_api.PROCESSES and not now & before

        patience.wait_until('the new processes of nova-api', are_new)

    def test_restarts_while_we_are_away(self):
        self.operate()
        for signal_to_send in (signal.SIGUSR1, signal.SIGKILL):
            self.conductor.stop()
            self.operate()
            self.restarted(signal_to_send)
            self.operate()
            self.conductor.start()
        patience.wait_until('all reports', self.is_settled)
        self.assertEqual(([], []), self.differences())
        self.assertEqual(
            {
                (action, 'succeeded'): 2 * 5
                for action in ('pause', 'unpause', 'stop', 'resetState')
            },
            dict(self.statuses()),
        )
        if not os.geteuid():
            self.assertEqual(
                [f'spool-{number}' for number in (0, user.NOBODY)],
                sorted(each.name for each in self.state.iterdir()),
            )
