# SPDX-License-Identifier: Apache-2.0
"""What was told to be stored is in the database exactly once, whatever
breaks meanwhile, and the work returns what it would have returned."""

import contextlib

import sqlalchemy as sa
from oslotest import base as oslotest

from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional.faults import proxy
from nova_actions.tests.functional.faults import server
from nova_actions.tests.functional.faults import world

ALL = world.THREADS * (world.STEPS + 1)
SOME = ALL // 2
#: More than is done until somebody is killed.
ENDLESS = 100 * world.STEPS


class FaultTestCase(oslotest.BaseTestCase):
    BACKEND = 'postgresql'
    SILENCE = 0

    def setUp(self):
        super().setUp()
        bus = self.bus()
        self.conf = self.useFixture(fixtures.Conf()).conf
        self.world = self.useFixture(
            world.World(bus, self.database(), self.SILENCE)
        )

    def bus(self):
        rabbit = self.useFixture(fixtures.Rabbit())
        self.proxy = self.useFixture(proxy.Proxy(5672))
        return rabbit.url.replace(':5672', f':{self.proxy.port}')

    def database(self):
        return self.useFixture(fixtures.Database(self.conf, self.BACKEND)).url

    def finish(self, worker):
        """See that everything arrives, and that it is what was told."""
        worker.wait_until_worked()
        last = worker.finish()
        self.assertTrue(last['flushed'], last)
        self.assertEqual(0, last['waiting'])
        self.check(worker)
        return last

    def check(self, *workers):
        self.assertEqual([], self.world.differences(*workers))
        self.assertEqual(0, self.world.told(*workers)[1])

    def finish_all(self, worker):
        last = self.finish(worker)
        self.assertEqual(ALL, self.world.told(worker)[0])
        self.assertFalse([name for name in last if 'lost' in name], last)

    def kill_server(self):
        """Have half of the work done while the server is not there."""
        worker = self.world.work('hold')
        worker.wait_until_held()
        self.server.kill()
        worker.release()
        worker.wait_until_worked()
        self.server.start()
        self.finish_all(worker)

    def finish_killed(self, *killed):
        """Start the next life, and see that it does what is left."""
        heir = self.world.work(threads=1, steps=2)
        self.finish(heir)
        patience.wait_until(
            "the killed one's end",
            lambda: (
                not any(
                    row.finish_time is None
                    for row in self.world.rows()[0].values()
                )
            ),
        )
        self.check(*killed, heir)
        events, actions = self.world.rows()
        finished = {
            line['uuid']
            for worker in killed
            for line in worker.told
            if line.get('kind') == 'finish'
        }
        for row in events.values():
            if row.result == 'Interrupted':
                self.assertNotIn(row.uuid, finished)
                self.assertIn('ended without telling', row.details)
        self.assertIn('Interrupted', {row.result for row in events.values()})
        self.assertNotIn('running', {row.status for row in actions.values()})


class ProcessFaultTestCase(FaultTestCase):
    def test_conductor_killed(self):
        worker = self.world.work('hold')
        worker.wait_until_held()
        self.world.kill_conductor()
        worker.release()
        worker.wait_until_worked()
        self.world.start_conductor()
        self.finish_all(worker)

    def test_reporter_killed(self):
        worker = self.world.work(steps=ENDLESS)
        worker.wait_for(SOME)
        worker.kill()
        self.finish_killed(worker)

    def test_both_killed(self):
        worker = self.world.work(steps=ENDLESS)
        worker.wait_for(SOME)
        self.world.kill_conductor()
        worker.kill()
        self.world.start_conductor()
        self.finish_killed(worker)

    def test_disk_full(self):
        worker = self.world.work('disk')
        last = self.finish(worker)
        lost = sum(1 for line in worker.told if line.get('stored') is False)
        self.assertGreater(lost, 0)
        self.assertEqual(lost, last['lost_spool'])

    def test_clock_set_back(self):
        self.finish_all(self.world.work('clock'))
        for row in self.world.rows()[0].values():
            # The server's own step began before and ended after.
            self.assertLess(row.duration_us, 600 * 10**6)
        for row in self.world.rows()[1].values():
            self.assertGreaterEqual(row.updated_at, row.start_time)


class SilenceTestCase(FaultTestCase):
    #: Much longer than a living one is kept waiting on a busy machine.
    SILENCE = 8

    def epoch_of(self, worker):
        events, _ = self.world.rows()
        return {
            events[line['uuid']].epoch
            for line in worker.told
            if line.get('kind') == 'start' and line['uuid'] in events
        }

    def interrupted(self):
        return {
            row.epoch
            for row in self.world.rows()[0].values()
            if row.result == 'Interrupted'
        }

    def test_only_the_dead_are_closed(self):
        idle = self.world.work('hold')
        busy = self.world.work(steps=20 * ENDLESS, threads=1)
        idle.wait_until_held()
        for number in range(2):
            # Another host dies, and the living have been silent for no
            # shorter a time when that is found out.
            dead = self.world.work('hold', host=f'there-{number}')
            dead.wait_until_held()
            epochs = patience.wait_until(
                'its session', lambda dead=dead: self.epoch_of(dead)
            )
            dead.kill()
            patience.wait_until(
                'closing', lambda epochs=epochs: epochs <= self.interrupted()
            )
        living = self.epoch_of(idle) | self.epoch_of(busy)
        self.assertEqual(set(), self.interrupted() & living)
        # The busy one lives on: were it dead, the other one would take over
        # what it has not delivered.
        idle.release()
        self.finish_all(idle)


class BusFaultTestCase(FaultTestCase):
    def test_connections_cut(self):
        worker = self.world.work('hold')
        worker.wait_until_held()
        self.proxy.cut()
        worker.release()
        worker.wait_until_worked()
        self.proxy.mend()
        self.finish_all(worker)

    def test_not_there_at_the_beginning(self):
        self.proxy.cut()
        worker = self.world.work()
        worker.wait_until_worked()
        self.proxy.mend()
        self.finish_all(worker)


class RabbitmqFaultTestCase(FaultTestCase):
    def bus(self):
        self.server = self.useFixture(server.Rabbitmq())
        return self.server.url

    def test_killed_and_started(self):
        self.kill_server()


class OwnServerMixin:
    SERVER = None

    def database(self):
        self.server = self.useFixture(self.SERVER())
        self.conf.set_override('connection', self.server.url, group='database')

        db.setup(self.conf)
        self.addCleanup(db.dispose)
        migration.db_sync()
        db.dispose()
        return self.server.url

    def test_killed_and_started(self):
        self.kill_server()

    def test_connections_killed(self):
        worker = self.world.work()
        engine = sa.create_engine(
            self.server.url, isolation_level='AUTOCOMMIT'
        )
        for part in range(1, 5):
            patience.wait_until(
                'delivery',
                lambda part=part: len(self.world.rows()[0]) >= ALL * part // 5,
            )
            with engine.connect() as connection:
                self.kill_connections(connection)
        engine.dispose()
        worker.wait_until_worked()
        self.finish_all(worker)


class PostgresqlFaultTestCase(OwnServerMixin, FaultTestCase):
    SERVER = server.Postgresql

    def kill_connections(self, connection):
        connection.exec_driver_sql(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
            'WHERE pid <> pg_backend_pid() AND backend_type = '
            "'client backend'"
        )


class MariadbFaultTestCase(OwnServerMixin, FaultTestCase):
    SERVER = server.Mariadb

    def kill_connections(self, connection):
        own = connection.exec_driver_sql('SELECT connection_id()').scalar()
        for (number,) in connection.exec_driver_sql(
            "SELECT id FROM information_schema.processlist WHERE user = 'root'"
        ).all():
            if number != own:
                # It may have gone by itself.
                with contextlib.suppress(sa.exc.DBAPIError):
                    connection.exec_driver_sql(f'KILL {number}')
