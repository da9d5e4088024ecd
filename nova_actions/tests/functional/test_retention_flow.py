# SPDX-License-Identifier: Apache-2.0
"""Old actions go while others write: no deadlock, nothing else is lost."""

import concurrent.futures
import os
import uuid
from unittest import mock

import fixtures

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import fixtures as tests_fixtures
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention
from nova_actions.upkeep import scrub

WRITERS = 6
PURGERS = 3
ROUNDS = 3
OLD = 60


class FlowMixin:
    def setUp(self):
        super().setUp()
        self.deadlocks = self.useFixture(tests_fixtures.Deadlocks())
        # Many small batches meet the writers more often than a few large.
        for name, value in (('PAGE', 20), ('BATCH', 5)):
            patch = mock.patch.object(retention, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.server = self.instance()
        self.old = self.actions(
            self.server, [1 + number / 100 for number in range(OLD)], events=2
        )
        self.requests = {
            row['uuid']: row['request_id']
            for row in db.action_list(self.admin, self.server)
        }
        self.others = [self.instance() for _ in range(WRITERS)]

    def purge(self, _number=0, sink=None, **selection):
        return list(
            retention.purge(
                self.admin,
                retention.Selection(old.NOW, **selection),
                pause=old.no_pause,
                sink=sink,
            )
        )[-1]

    def write(self, number):
        """Record actions of a server of one's own and of the old one."""
        for _round in range(ROUNDS):
            for server in (self.others[number], self.server):
                context = self.new_context()
                InstanceAction.action_start(context, server, 'reboot')
                InstanceActionEvent.event_start(
                    context, server, 'step', host=f'h{number}'
                )
                InstanceActionEvent.event_finish(context, server, 'step')
        return ROUNDS

    def correct(self, number):
        """Send late ends for old actions' steps, which may be gone."""
        outcomes = []
        for uuid_ in self.old[number::WRITERS]:
            report_ = {
                **dict.fromkeys(
                    (
                        'host',
                        'epoch',
                        'global_request_id',
                        'user_id',
                        'user_name',
                        'project_name',
                        'duration_us',
                        'details',
                        'traceback',
                        'error_type',
                        'reason',
                        'rules',
                    )
                ),
                'kind': 'finish',
                'uuid': str(uuid.uuid4()),
                'action_uuid': uuid_,
                'instance_uuid': self.server,
                'name': 'late',
                'request_id': self.requests[uuid_],
                'project_id': 'owner',
                'start_time': old.NOW,
                'finish_time': old.NOW + old.DAY,
                'result': 'Success',
                'redactions': 0,
            }
            (answer,) = report.apply(self.admin, [report_])
            outcomes.append((uuid_, answer.verdict))
        return outcomes

    def run_all(self, *jobs):
        with concurrent.futures.ThreadPoolExecutor(WRITERS + PURGERS) as pool:
            futures = [
                pool.submit(job, number)
                for job, count in jobs
                for number in range(count)
            ]
            return [future.result() for future in futures]

    def test_purge_beside_writers(self):
        results = self.run_all((self.purge, PURGERS), (self.write, WRITERS))
        self.assertEqual(OLD, sum(done.actions for done in results[:PURGERS]))
        self.assertEqual(
            2 * OLD, sum(done.events for done in results[:PURGERS])
        )
        self.assertEqual(WRITERS * ROUNDS, len(self.left(self.server)))
        for server in self.others:
            self.assertEqual(ROUNDS, len(self.left(server)))
        self.assertEqual(
            {'succeeded'},
            {row['status'] for row in db.action_list(self.admin)},
        )
        self.assertEqual([], self.deadlocks.seen)

    def test_late_ends_are_whole_or_refused(self):
        results = self.run_all((self.purge, 1), (self.correct, WRITERS))
        applied = {
            uuid_
            for outcome in results[1:]
            for uuid_, verdict in outcome
            if verdict == 'applied'
        }
        self.assertEqual(applied, self.left(self.server))
        for row in db.action_list(self.admin, self.server):
            self.assertEqual(3, len(db.event_list(self.admin, row['id'])))
        self.assertEqual([], self.deadlocks.seen)

    def test_scrub_beside_writers(self):
        def scrubbed(_number):
            return list(
                scrub.scrub(self.admin, self.sanitizer, pause=old.no_pause)
            )[-1]

        self.action(
            self.server, 1, event_values={'details': 'password=S3cret'}
        )
        self.run_all((scrubbed, 2), (self.write, WRITERS))
        self.assertNotIn('S3cret', repr(self.content()))
        self.assertEqual([], self.deadlocks.seen)

    def test_archive_dies_at_each_batch(self):
        """Whatever moment it ends at, file and database have it all."""
        before = self.content()
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'a.gz')
        for round_ in range(4):
            with archive.Writer(path) as sink:

                def dying(actions, sink=sink, round_=round_):
                    if round_ % 2:
                        sink(actions)
                    raise MemoryError

                self.assertRaises(MemoryError, self.purge, sink=dying)
                self.assertTrue(self.purge(sink=sink, max_rows=40).more)
        with archive.Writer(path) as sink:
            self.purge(sink=sink)
        self.assertEqual([], self.content())
        done = list(
            restore.restore(self.admin, archive.read(path), self.sanitizer)
        )[-1]
        self.assertEqual(OLD, done.restored)
        self.assertEqual(before, self.content())

    def test_restored_twice_at_once(self):
        before = self.content()
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'a.gz')
        with archive.Writer(path) as sink:
            self.purge(sink=sink)

        def restored(_number):
            try:
                return list(
                    restore.restore(
                        self.admin, archive.read(path), self.sanitizer
                    )
                )[-1]
            except exception.DatabaseUnavailable:
                return restore.Done()

        results = self.run_all((restored, 2))
        self.assertEqual(OLD, sum(done.restored for done in results))
        self.assertEqual(before, self.content())


class TestFlowSqlite(FlowMixin, old.OldRowsTestCase):
    pass


class TestFlowMysql(FlowMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestFlowPostgresql(FlowMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'
