# SPDX-License-Identifier: Apache-2.0
"""The base of tests of Nova's own processes with the bridge, over RabbitMQ:
what we have recorded is laid beside what Nova has."""

import collections
import itertools
import pathlib

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests.functional import beside
from nova_actions.tests.functional import bridged
from nova_actions.tests.functional import cloud
from nova_actions.tests.functional import nova_api
from nova_actions.tests.functional import test_conductors

#: What is done, and the state that the server is in afterwards.
OPERATIONS = (
    ('pause', 'paused'),
    ('unpause', 'active'),
    ('os-stop', 'stopped'),
)


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


class CloudTestCase(base.ObjectTestCase):
    """Nova's processes with the bridge, and a conductor of ours."""

    BACKEND = 'postgresql'
    #: How nova-conductor and nova-compute run concurrent work.
    CONCURRENCY = 'threading'
    #: What nova-api runs in.
    SERVE = staticmethod(nova_api.uwsgi)

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
        # Nova's services may have several users.
        self.state.chmod(0o1777)
        self.cloud = self.useFixture(
            cloud.Cloud(
                environment,
                self.bridge_conf(),
                rabbit.url,
                self.CONCURRENCY,
                self.SERVE,
            )
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
        """Do something to each server; it is active before and after."""
        for (action, state), host in itertools.product(
            OPERATIONS, cloud.HOSTS
        ):
            self.cloud.act(host, action, state=state)
        # To start one, nova-compute would ask Neutron.
        for host in cloud.HOSTS:
            self.cloud.act(
                host, 'os-resetState', {'state': 'active'}, 'active'
            )

    def is_settled(self):
        """Whether we have all that Nova has, and nothing is open."""
        ours = self.ours()
        return len(ours) >= len(self.theirs()) and all(
            each['finish_time'] for each in ours
        )

    def differences(self):
        """Return what our record alone has, and what Nova's alone has."""
        ours, theirs = (
            collections.Counter(map(shown, rows))
            for rows in (self.ours(), self.theirs())
        )
        return sorted((ours - theirs).elements()), sorted(
            (theirs - ours).elements()
        )

    def statuses(self):
        return collections.Counter(
            (each['action'], each['status']) for each in self.ours()
        )
