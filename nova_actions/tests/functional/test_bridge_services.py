# SPDX-License-Identifier: Apache-2.0
"""Nova's own processes with the bridge, over RabbitMQ, while our conductor is
stopped, killed and started: what we have recorded is laid beside what Nova
has.
"""

import collections
import itertools
import pathlib
import unittest

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import beside
from nova_actions.tests.functional import bridged
from nova_actions.tests.functional import cloud
from nova_actions.tests.functional import test_conductors

ROUNDS = 6
#: What is done, and the state that the server is in afterwards.
OPERATIONS = (
    ('pause', 'paused'),
    ('unpause', 'active'),
    ('os-stop', 'stopped'),
)
FIRST, SECOND = cloud.HOSTS


def rows(connection, actions, events):
    """Return actions with their steps."""
    found = []
    for table in (actions, events):
        found.append(
            [
                dict(row)
                for row in connection.execute(
                    sa.text(f'SELECT * FROM {table} ORDER BY id')
                ).mappings()
            ]
        )
    return [
        {
            **action,
            'events': [
                event
                for event in found[1]
                if event['action_id'] == action['id']
            ],
        }
        for action in found[0]
    ]


def shown(action):
    """Return what both records say of an action."""
    return (
        *bridged.key(action),
        action['user_id'],
        action['project_id'],
        tuple(
            (each['event'], each['host'], each['result'])
            for each in action['events']
        ),
    )


@unittest.skipUnless(FULL, 'minutes: NOVA_ACTIONS_FULL=1')
class TestServices(base.ObjectTestCase):
    """nova-api is forked after loading, nova-conductor has workers, and all
    have threads."""

    BACKEND = 'postgresql'

    def setUp(self):
        super().setUp()
        environment = self.useFixture(
            beside.Environment(beside.world(), bridge=True)
        )
        rabbit = self.useFixture(fixtures.Rabbit())
        self.conf.set_override('transport_url', rabbit.url)
        self.state = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )
        self.cloud = self.useFixture(
            cloud.Cloud(environment, self.bridge_conf(), rabbit.url)
        )
        # Where the servers are known that were there before the bridge.
        self.conductor = self.useFixture(
            test_conductors.Process(
                self.conf,
                'controller1',
                more=f'[cell:cell1]\nconnection = {self.cloud.url}\n',
            )
        )

    def bridge_conf(self):
        return (
            f'[DEFAULT]\ntransport_url = {self.conf.transport_url}\n'
            f'state_path = {self.state}\n'
            f'[conductor]\ntopic = {self.conf.conductor.topic}\n'
            '[reporter]\nheartbeat_interval = 1\n'
            '[bridge]\nmode = mirror\n'
        )

    def ours(self):
        with db.engine().connect() as connection:
            return rows(connection, models.ACTIONS, models.EVENTS)

    def theirs(self):
        engine = sa.create_engine(self.cloud.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return rows(
                connection, 'instance_actions', 'instance_actions_events'
            )

    def operate(self):
        for (action, state), host in itertools.product(
            OPERATIONS, cloud.HOSTS
        ):
            self.cloud.act(host, action, state=state)
        # To start one, nova-compute would ask Neutron.
        for host in cloud.HOSTS:
            self.cloud.act(
                host, 'os-resetState', {'state': 'active'}, 'active'
            )
        # It fails, and leaves the server as it was.
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
        """Kill a nova-compute while it does something; start it anew."""
        hold, held = (self.cloud.folder / name for name in ('hold', 'held'))
        hold.touch()
        self.cloud.act(SECOND, 'pause')
        patience.wait_until('the guest is being paused', held.exists)
        self.cloud.kill(SECOND)
        hold.unlink()
        self.cloud.start(SECOND)
        self.cloud.await_service(SECOND)

    def is_settled(self):
        """Whether we have all that Nova has, and nothing is open."""
        ours = self.ours()
        return len(ours) >= len(self.theirs()) and all(
            each['finish_time'] for each in ours
        )

    def test_while_we_are_away(self):
        self.operate()
        for number in range(ROUNDS):
            stop = self.conductor.kill if number % 2 else self.conductor.stop
            stop()
            self.operate()
            self.conductor.start()
        self.kill_inside()
        patience.wait_until('all reports', self.is_settled)
        self.check()

    def check(self):
        """See that each action and step is there once, as Nova has it; but
        the one that was killed, which Nova leaves open for ever."""
        differences = [
            (
                collections.Counter(map(shown, one))
                - collections.Counter(map(shown, other))
            )
            for one, other in (
                (self.ours(), self.theirs()),
                (self.theirs(), self.ours()),
            )
        ]
        [mine], [its] = differences
        self.assertEqual(its[:-1], mine[:-1])
        step = 'compute_pause_instance', SECOND
        self.assertEqual(
            [((*step, 'Interrupted'),), ((*step, None),)], [mine[-1], its[-1]]
        )
        statuses = collections.Counter(
            (each['action'], each['status']) for each in self.ours()
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
            dict(statuses),
        )
