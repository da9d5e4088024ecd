# SPDX-License-Identifier: Apache-2.0
"""How the record stands, as metrics."""

import datetime
import uuid

import sqlalchemy as sa
from oslo_utils import timeutils
from prometheus_client import registry

from nova_actions import exception
from nova_actions.cells import coverage
from nova_actions.cells.follow import state
from nova_actions.conductor import standing
from nova_actions.db import api as db
from nova_actions.db import reporter
from nova_actions.db.models import FOLLOWED_CELLS
from nova_actions.db.models import REPORTERS
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class _Tests:
    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.told = registry.CollectorRegistry()
        self.told.register(standing.Collector(lambda: self.now))

    def ask(self, name, **labels):
        self.now += standing.FRESH
        return self.told.get_sample_value(f'nova_actions_{name}', labels)

    def execute(self, statement):
        with db.engine().begin() as connection:
            connection.execute(statement)

    def test_nothing(self):
        self.assertEqual(1, self.ask('database_up'))
        self.assertEqual(0, self.ask('interrupted_actions'))
        self.assertEqual(0, self.ask('reporter_hosts', state='all'))
        self.assertEqual(0, self.ask('lost_reports', reason='full'))
        self.assertIsNone(self.ask('open_actions', action='create'))

    def test_open_actions(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        for name in ('what', 'ever'):
            InstanceAction.action_start(
                self.new_context(), self.instance_uuid, name
            )
        self.assertEqual(1, self.ask('open_actions', action='create'))
        self.assertEqual(2, self.ask('open_actions', action='other'))
        self.assertLess(
            -1, self.ask('oldest_open_action_seconds', action='other')
        )
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'step', host='h'
        )
        InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, 'step', host='h'
        )
        self.assertIsNone(self.ask('open_actions', action='create'))

    def beat(self, host, waiting=0, silent=0.0, age=None, **lost):
        epoch = str(uuid.uuid4())
        reporter.told(self.admin, epoch, host, waiting, lost, oldest_age=age)
        self.execute(
            sa.update(REPORTERS)
            .where(REPORTERS.c.epoch == epoch)
            .values(
                last_seen=timeutils.utcnow()
                - datetime.timedelta(seconds=silent)
            )
        )

    def test_reporters(self):
        self.beat('h1', waiting=3, full=2)
        self.beat('h1', waiting=4, silent=500)
        self.beat('h2', full=1, error=5)
        self.assertEqual(3, self.ask('reporters'))
        self.assertEqual(2, self.ask('reporter_hosts', state='all'))
        self.assertEqual(1, self.ask('reporter_hosts', state='silent'))
        self.assertEqual(7, self.ask('waiting_reports'))
        self.assertEqual(7, self.ask('host_waiting_reports', host='h1'))
        self.assertLess(499, self.ask('host_silence_seconds', host='h1'))
        self.assertEqual(3, self.ask('lost_reports', reason='full'))
        self.assertEqual(5, self.ask('lost_reports', reason='error'))

    def test_the_oldest_waiting_report(self):
        self.assertEqual(0, self.ask('oldest_waiting_report_seconds'))
        self.beat('h1', waiting=3, age=60)
        self.beat('h1', waiting=1, age=400)
        self.beat('h2', waiting=1, age=10**30)
        self.beat('h3')
        self.beat('h4', waiting=2)
        name = 'host_oldest_waiting_report_seconds'
        self.assertEqual(400, round(self.ask(name, host='h1'), -2))
        for host in ('h3', 'h4'):
            self.assertEqual(0, self.ask(name, host=host))
        # A clock that is far off is believed up to a hundred years.
        self.assertEqual(36525 * 86400, round(self.ask(name, host='h2'), -2))
        self.assertEqual(
            36525 * 86400, round(self.ask('oldest_waiting_report_seconds'), -2)
        )

    def test_of_many_hosts_the_worst_are_told(self):
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(REPORTERS),
                [
                    {
                        'epoch': str(uuid.uuid4()),
                        'host': f'h{number}',
                        'beats': 1,
                        'created_at': timeutils.utcnow(),
                        'waiting': number,
                        'last_seen': timeutils.utcnow(),
                    }
                    for number in range(3 * standing.WORST)
                ],
            )
        hosts = [
            sample.labels['host']
            for family in self.told.collect()
            for sample in family.samples
            if sample.name == 'nova_actions_host_waiting_reports'
        ]
        self.assertEqual(
            {
                f'h{number}'
                for number in range(2 * standing.WORST, 3 * standing.WORST)
            },
            set(hosts),
        )
        self.assertEqual(
            sum(range(3 * standing.WORST)), self.ask('waiting_reports')
        )

    def test_followed_cells(self):
        for cell in ('east', 'west'):
            state.acquire(self.admin, cell, 'somebody')
        state.pause(self.admin, 'west', True)
        self.execute(
            sa.update(FOLLOWED_CELLS).values(
                caught_up_at=timeutils.utcnow() - datetime.timedelta(hours=1)
            )
        )
        self.assertLess(3590, self.ask('follow_lag_seconds', cell='east'))
        self.assertIsNone(self.ask('follow_lag_seconds', cell='west'))

    def test_a_cell_that_is_followed_no_more(self):
        """Its lag would grow for ever. A cell whose conductor is gone is
        told of all the same."""
        for cell in ('east', 'west'):
            state.acquire(self.admin, cell, 'somebody')
        state.retire(self.admin, 'west')
        self.assertIsNotNone(self.ask('follow_lag_seconds', cell='west'))
        state.release(self.admin, 'west', 'somebody')
        state.retire(self.admin, 'west')
        self.assertIsNone(self.ask('follow_lag_seconds', cell='west'))
        self.assertIsNotNone(self.ask('follow_lag_seconds', cell='east'))
        self.assertEqual(('east',), self.behind())
        state.acquire(self.admin, 'west', 'another')
        self.assertIsNotNone(self.ask('follow_lag_seconds', cell='west'))
        self.assertEqual(('east', 'west'), self.behind())

    def behind(self):
        """Return the cells that an answer of the API tells as late."""
        self.execute(
            sa.update(FOLLOWED_CELLS).values(
                created_at=timeutils.utcnow() - datetime.timedelta(hours=1)
            )
        )
        return coverage.get(self.admin).silent_cells

    def test_silent_hosts(self):
        """Metrics and the API mean the same by it."""
        seconds = reporter.SILENCE.total_seconds()
        self.beat('short', silent=seconds - 30)
        self.beat('long', silent=seconds + 30)
        self.assertEqual(1, self.ask('reporter_hosts', state='silent'))
        self.assertEqual(('long',), coverage.get(self.admin).silent_hosts)

    def test_an_answer_is_reused(self):
        self.assertEqual(0, self.ask('reporters'))
        self.beat('h1')
        self.now -= standing.FRESH
        self.assertEqual(0, self.ask('reporters'))
        self.assertEqual(1, self.ask('reporters'))


class StandingOnSqliteTest(_Tests, base.ObjectTestCase):
    def test_the_database_is_away(self):
        def get(_context):
            raise exception.DatabaseUnavailable

        self.patch(standing.standing, 'get', get)
        self.assertEqual(0, self.ask('database_up'))
        self.assertIsNone(self.ask('reporters'))


class StandingOnMysqlTest(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class StandingOnPostgresqlTest(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
