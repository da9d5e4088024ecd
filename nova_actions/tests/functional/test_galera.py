# SPDX-License-Identifier: Apache-2.0
"""Conductors on several nodes of a Galera cluster.

Row locks are not replicated, so the nodes do not wait for each other: what
was changed twice is found at the commit, and one of the two is tried again.
An action whose row did not change would keep a status of which one node knew
only a part.
"""

import datetime
import uuid

import sqlalchemy as sa
from oslotest import base

from nova_actions import conf as config
from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.db import status
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.tests import FULL
from nova_actions.tests.functional import galera

NODES = 3 if FULL else 2
ROUNDS = 100 if FULL else 15

_BEGAN = datetime.datetime(2026, 1, 1)


def at(second):
    return (_BEGAN + datetime.timedelta(seconds=second)).isoformat()


class Story:
    """One action of a new server, and steps of it on two hosts.

    :param is_system: the steps are no request's
    """

    def __init__(self, is_system=False):
        self._server, self._action = str(uuid.uuid4()), str(uuid.uuid4())
        self._request = f'req-{uuid.uuid4()}'
        self._is_system = is_system

    def action(self):
        return self._report('action', self._action, 'create', start_time=at(0))

    def start(self, handle, host, second):
        return self._step('start', handle, host, start_time=at(second))

    def finish(self, handle, host, second):
        return self._step(
            'finish',
            handle,
            host,
            start_time=at(1),
            finish_time=at(second),
            result='Success',
        )

    def _step(self, kind, handle, host, **values):
        nobodys = (
            {'request_id': f'req-{uuid.uuid4()}', 'project_id': None}
            if self._is_system
            else {}
        )
        return self._report(
            kind, handle, f'step_on_{host}', host=host, **values, **nobodys
        )

    def _report(self, kind, handle, name, **values):
        return {
            'kind': kind,
            'uuid': handle,
            'name': name,
            'instance_uuid': self._server,
            'request_id': self._request,
            'user_id': 'u',
            'project_id': 'p',
            **values,
        }

    def record(self, engine):
        """Return the status that is stored, and the one that its events
        say."""
        with engine.connect() as connection:
            action = (
                connection.execute(
                    sa.select(ACTIONS).where(ACTIONS.c.uuid == self._action)
                )
                .mappings()
                .one()
            )
            events = (
                connection.execute(
                    sa.select(EVENTS)
                    .where(EVENTS.c.action_id == action['id'])
                    .order_by(EVENTS.c.id)
                )
                .mappings()
                .all()
            )
            return action['status'], status.derive(action, events), len(events)


class GaleraTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = self.useFixture(galera.Cluster(NODES))
        conf = config.load([], default_config_files=[])
        conf.set_override('connection', self.cluster.nodes[0].url, 'database')
        self.addCleanup(db.dispose)
        db.setup(conf)
        migration.db_sync()

    def at_once(self, story, *reports):
        """Have each node store one report; all begin before any is done."""
        peers = self.cluster.peers[: len(reports)]
        for peer, report in zip(peers, reports, strict=True):
            peer.begin(report)
        for peer in peers:
            self.assertEqual(['applied'], peer.answer())
        return story.record(self.cluster.engine)

    def begun(self, story, *reports):
        first = self.cluster.peers[0]
        first.begin(story.action(), *reports)
        self.assertEqual({'applied'}, set(first.answer()))
        # The others have it when an empty transaction of theirs is in step.
        for node in self.cluster.nodes[1:]:
            engine = sa.create_engine(node.url, poolclass=sa.pool.NullPool)
            with engine.connect() as connection:
                connection.exec_driver_sql('SET SESSION wsrep_sync_wait = 7')
                connection.execute(
                    sa.select(sa.func.count()).select_from(ACTIONS)
                ).scalar()

    def test_the_status_is_what_the_events_say(self):
        for name, is_system, two_began, ends in (
            ('both older', False, 10, (2, 3)),
            ('one older, one newer', False, 10, (2, 30)),
            ('of other requests', True, 10, (2, 3)),
            ('a start against an older finish', False, None, (5, None)),
        ):
            for number in range(ROUNDS):
                story = Story(is_system)
                one, two = str(uuid.uuid4()), str(uuid.uuid4())
                begun = [story.start(one, 'a', 1)]
                if two_began:
                    begun.append(story.start(two, 'b', two_began))
                    other = story.finish(two, 'b', ends[1])
                else:
                    other = story.start(two, 'b', 4)
                self.begun(story, *begun)
                stored, true, count = self.at_once(
                    story, story.finish(one, 'a', ends[0]), other
                )
                self.assertEqual((true, 2), (stored, count), (name, number))
