# SPDX-License-Identifier: Apache-2.0
import contextlib
import datetime
import gc
import itertools
import os
import pathlib
import pickle
import random
import re
import shutil
import signal
import sqlite3
import threading
from unittest import mock

import fixtures as fixtures_lib
import oslo_messaging as messaging

from nova_actions import exception
from nova_actions import reporter
from nova_actions.db import report as report_db
from nova_actions.db import reporter as db_reporter
from nova_actions.objects import report as report_object
from nova_actions.objects import reporter as reporter_object
from nova_actions.reporter import active
from nova_actions.reporter import clock
from nova_actions.reporter import direct
from nova_actions.reporter import files
from nova_actions.reporter import loss
from nova_actions.reporter import recorder
from nova_actions.reporter import session
from nova_actions.reporter.delivery import sender
from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import place
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base


class DurableMixin:
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures_lib.FakeLogger())

    def step(self, name='step', failing=None):
        with reporter.EventReporter(
            self.context, name, 'here', self.instance_uuid
        ) as event:
            if failing is not None:
                event.fail(failing)
            return event.detach() if failing is False else None

    def delete(self, *suffixes):
        """Delete the folder of the spool, or some of its files."""
        if not suffixes:
            shutil.rmtree(self.recording.folder)
        for suffix in suffixes:
            for path in pathlib.Path(self.recording.folder).glob(f'*{suffix}'):
                path.unlink()

    def test_a_service_that_closes_all_files(self):
        """Nothing is written into what has their numbers then."""
        others = pathlib.Path(self.useFixture(fixtures_lib.TempDir()).path)
        self.away()
        # SQLite keeps what it knows of the files as long as the process is.
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if self.loses_files(others) else 2
            finally:
                os._exit(code)
        self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    def loses_files(self, others):
        self.step('one')
        folder = os.path.realpath(self.recording.folder)
        numbers = [
            number
            for number in os.listdir('/proc/self/fd')
            if os.path.realpath(f'/proc/self/fd/{number}').startswith(folder)
        ]
        spool = active.current()._spool
        with spool._lock, spool._keeping:
            for number in numbers:
                with open(others / number, 'wb') as other:
                    other.write(b'other')
                    other.flush()
                    os.dup2(other.fileno(), int(number))
        self.step('two')
        lost = base.losses()
        reporter.stop()
        for number in numbers:
            # It is still open.
            os.fstat(int(number))
        said = {(others / number).read_bytes() for number in numbers}
        return lost == {'spool': 2} and said == {b'other'}

    def await_recreated(self, number):
        patience.wait_until(
            'a new spool',
            lambda: self.log.output.count('has been recreated') == number,
        )

    def test_deleted_files_are_recreated(self):
        self.create()
        deleted = (
            (),
            ('.lock',),
            ('.spool', '-wal', '-shm'),
            ('-wal',),
            ('.spool',),
        )
        away = self.away()
        for number, suffixes in enumerate(deleted):
            self.step(f'{number} before')
            self.delete(*suffixes)
            self.step(f'{number} after')
            self.await_recreated(number + 1)
            self.step(f'{number} later')
        names = {
            f'{number} {when}'
            for number in range(len(deleted))
            for when in ('before', 'after', 'later')
        }
        self.assertEqual(
            ['.lock', '.spool', '.spool-shm', '.spool-wal'],
            sorted(name[36:] for name in os.listdir(self.recording.folder)),
        )
        for name in os.listdir(self.recording.folder):
            path = os.path.join(self.recording.folder, name)
            self.assertEqual(0o600, os.stat(path).st_mode & 0o777, name)
        # None is taken over while its session lives.
        self.assertEqual(
            [], list(session.Session.orphans(self.recording.folder))
        )
        self.kill()
        away.stop()
        self.record(folder=self.recording.folder)
        self.create()
        self.assertEqual({}, base.losses())
        found = [
            (each['event'], each['result'])
            for each in self.events()
            if each['event'] in names
        ]
        self.assertEqual(
            sorted((name, 'Success') for name in names), sorted(found)
        )
        self.assertEqual(
            len(deleted), self.log.output.count('was deleted while')
        )

    def test_a_spool_is_deleted_while_it_is_delivered(self):
        self.create()
        names = [f'step {number}' for number in range(60)]
        for number, name in enumerate(names):
            self.step(name)
            if number % 20 == 10:
                self.delete()
                self.step('more')
                self.await_recreated(number // 20 + 1)
        self.flush()
        found = [each['event'] for each in self.events()]
        self.assertEqual(names, [each for each in found if each in names])
        self.assertEqual(0, self.recording.recorder._spool.bytes)
        self.assertEqual({}, base.losses())

    def test_a_deleted_spool_that_cannot_be_recreated_is_told_once(self):
        self.create()
        self.step('one')
        self.flush()
        with mock.patch.object(
            place, 'make', autospec=True, side_effect=OSError
        ) as make:
            self.delete()
            for number in (1, 3):
                self.step('two')
                patience.wait_until(
                    'a try', lambda number=number: make.call_count > number
                )
                self.flush()
        self.assertEqual(1, self.log.output.count('was deleted while'))
        self.await_recreated(1)
        self.assertEqual(
            ['one', 'two', 'two'],
            [
                each['event']
                for each in self.events()
                if each['event'] in ('one', 'two')
            ],
        )

    def test_what_is_left_of_a_deleted_spool_at_the_end(self):
        self.create()
        away = self.away()
        with mock.patch.object(files.Files, 'restore', autospec=True):
            self.step('left')
            self.delete()
            self.recording.recorder._ended.set()
        reporter.stop()
        away.stop()
        self.record(folder=self.recording.folder)
        self.create()
        self.assertIn('left', [each['event'] for each in self.events()])

    def away(self):
        """Have a conductor that does not answer, until it is stopped."""
        away = mock.patch.object(
            report_object.ReportList,
            'apply',
            autospec=True,
            side_effect=exception.ConductorUnavailable(reason='test'),
        )
        away.start()
        return away

    def kill(self):
        """Leave what a kill -9 leaves: lock gone, spool on disk."""
        killed = active.replace(direct.Direct())
        killed._ended.set()
        # Before the lock goes: or it finds itself dead.
        self.assertTrue(killed._opened.stop(patience.PATIENCE))
        killed._session.let_go()
        return killed

    def test_who_reports_nothing_leaves_no_spool(self):
        recording = self.record(heartbeat_interval=3600)
        self.assertTrue(active.current().flush(0))
        reporter.stop()
        self.assertEqual([], os.listdir(recording.folder))

    def test_the_first_report_opens_the_spool(self):
        self.create()
        recording = self.record(heartbeat_interval=3600)
        self.step()
        self.flush()
        self.assertEqual(
            ['.lock', '.spool', '.spool-shm', '.spool-wal'],
            sorted(name[36:] for name in os.listdir(recording.folder)),
        )
        self.assertEqual('Success', self.events()[-1]['result'])

    def test_an_idle_reporter_sends_heartbeats(self):
        recording = self.record(heartbeat_interval=0.01)
        patience.wait_until('the spool', lambda: recording.recorder._opened)
        # Its first heartbeat is answered.
        delivered = recording.recorder._opened
        patience.wait_until('a heartbeat', lambda: delivered._chored)

    def test_what_the_program_tells_goes_with_the_heartbeat(self):
        about = {'bridge': '1.2', 'mode': 'mirror'}
        self.record(heartbeat_interval=0.01, about=about)

        def told():
            return [row['about'] for row in db_reporter.page(self.admin)]

        patience.wait_until('what it tells', lambda: about in told())

    def test_who_has_ended_opens_none_later(self):
        recording = self.record(heartbeat_interval=3600)
        reporter.stop()
        recording.recorder._open_later()
        self.assertIsNone(recording.recorder._opened)

    def test_a_spool_that_is_just_being_opened_is_closed(self):
        begins, goes_on = threading.Event(), threading.Event()
        begin = recorder.Recorder._begin

        def slow(self):
            begins.set()
            goes_on.wait(patience.PATIENCE)
            return begin(self)

        with mock.patch.object(recorder.Recorder, '_begin', slow):
            recording = self.record(heartbeat_interval=0.01)
            self.assertTrue(begins.wait(patience.PATIENCE))
            ender = threading.Thread(target=reporter.stop)
            ender.start()
            goes_on.set()
            ender.join(patience.PATIENCE)
        opened = recording.recorder._opened
        self.assertTrue(recording.recorder._ended.is_set())
        self.assertTrue(opened is None or not opened._thread.is_alive())

    def test_it_waits_on_disk_while_the_conductor_is_away(self):
        self.create()
        away = self.away()
        for _ in range(10):
            self.step()
        self.assertFalse(reporter.flush(0.05))
        self.assertEqual(20, reporter.stats()['waiting'])
        away.stop()
        self.flush()
        self.assertEqual(0, reporter.stats()['waiting'])
        self.assertEqual(11, len(self.events()))

    def test_the_next_session_delivers_and_closes(self):
        self.create()
        away = self.away()
        with reporter.EventReporter(
            self.context, 'killed', 'here', self.instance_uuid
        ):
            self.step()
            self.kill()
            away.stop()
            self.record(folder=self.recording.folder)
            self.flush()
            patience.wait_until(
                'closing', lambda: self.rows()[0]['status'] == 'interrupted'
            )
            found = {event['event']: event for event in self.events()}
            self.assertEqual('Success', found['step']['result'])
            self.assertEqual('Interrupted', found['killed']['result'])
            self.assertIn('ended without telling', found['killed']['details'])
            files = os.listdir(self.recording.folder)
            self.assertEqual(
                1, len([name for name in files if name.endswith('.lock')])
            )
        # It was alive after all, and tells the truth now.
        self.flush()
        self.assertEqual('succeeded', self.rows()[0]['status'])

    def test_who_records_while_the_process_ends(self):
        self.create()
        active._at_exit()
        with mock.patch.object(
            report_object.ReportList, 'apply', autospec=True
        ) as sent:
            self.step('late', failing='for a reason')
        sent.assert_not_called()
        self.kill()
        self.record(folder=self.recording.folder)
        self.flush()
        self.assertEqual(
            {'create': 'Success', 'late': 'Error'},
            {event['event']: event['result'] for event in self.events()},
        )

    def test_a_living_sibling_is_not_closed(self):
        self.create()
        with reporter.EventReporter(
            self.context, 'living', 'here', self.instance_uuid
        ):
            self.flush()
            sibling = recorder.Recorder(
                recorder.Settings(
                    folder=self.recording.folder,
                    host='here',
                    heartbeat_interval=0.01,
                )
            )
            self.addCleanup(sibling.stop, 0)
            sibling.open()
            chores = sibling._opened
            patience.wait_until('chores', lambda: chores._chored)
            first = chores._chored
            patience.wait_until('more', lambda: chores._chored > first)
            self.assertEqual('running', self.rows()[0]['status'])

    def test_a_full_spool(self):
        self.record(spool_max_bytes=8192)
        away = self.away()
        for number in range(60):
            self.step(f'step-{number}')
        away.stop()
        stats = reporter.stats()
        self.assertGreater(stats['lost_full'], 1)
        self.assertEqual(120, stats['waiting'] + stats['lost_full'])
        self.flush()
        reporter.stop()
        # The log names each of them, and which was the last.
        told = re.findall(
            r'(\d+) reports? not recorded \(full.*? of '
            r'(step-\d+), uuid \S+, on server \S+, host here, '
            r'request \S+$',
            self.log.output,
            re.MULTILINE,
        )
        self.assertEqual(
            stats['lost_full'], sum(int(number) for number, _ in told)
        )
        self.assertIn('finish of step-59', self.log.output)

    def test_what_has_begun_can_end_in_a_full_spool(self):
        self.create()
        away = self.away()
        current = self.record(spool_max_bytes=40_000).recorder
        begun = [
            reporter.EventReporter(
                self.context, f'begun-{number}', 'here', self.instance_uuid
            )
            for number in range(10)
        ]
        for each in begun:
            each.__enter__()
        for number in range(100):
            try:
                with reporter.ActionReporter(
                    self.new_context(),
                    self.instance_uuid,
                    f'other-{number}',
                    'here',
                ):
                    raise ValueError('x' * 2000)
            except ValueError as error:
                failure = error
        self.assertGreater(base.losses()['full'], 100)
        for each in begun:
            each.__exit__(ValueError, failure, failure.__traceback__)
        self.assertLessEqual(current._spool.bytes, 40_000)
        away.stop()
        self.flush()
        ends = {event['event']: event['result'] for event in self.events()}
        self.assertEqual(
            dict.fromkeys(
                (f'begun-{number}' for number in range(10)), 'Error'
            ),
            {
                name: result
                for name, result in ends.items()
                if name.startswith('begun')
            },
        )
        self.assertNotIn('refused', base.losses())

    def test_room_is_kept_for_who_may_still_end_it(self):
        self.create()
        room = active.current()._spool.room
        before = room._reserved
        handles = [self.step(failing=False) for _ in range(5)]
        self.assertGreater(room._reserved, before)
        # As in another process, which gets the other ones.
        for handle in handles[:2]:
            reporter.finish(pickle.loads(pickle.dumps(handle)))
        del handles, handle
        self.step()
        self.assertEqual(before, room._reserved)

    def test_a_large_spool_is_taken_over_in_parts(self):
        self.create()
        away = self.away()
        for number in range(7):
            self.step(f'step-{number}')
        self.kill()
        away.stop()
        with mock.patch.object(recorder, '_PART', 3):
            self.record(folder=self.recording.folder)
            self.flush()
        self.assertEqual(
            ['create', *(f'step-{number}' for number in range(7))],
            [event['event'] for event in self.events()],
        )

    def test_what_a_release_before_left_elsewhere_is_delivered(self):
        self.create()
        away = self.away()
        self.step()
        self.kill()
        away.stop()
        new = os.path.join(self.useFixture(fixtures_lib.TempDir()).path, 'new')
        self.record(folder=new, former_folder=self.recording.folder)
        self.flush()
        self.assertEqual(2, len(self.events()))

    def test_what_is_taken_over_at_once_is_waited_for(self):
        self.create()
        away = self.away()
        self.step()
        self.kill()
        away.stop()
        start = sender.Delivery.start

        def started(opened):
            start(opened)
            patience.wait_until('chores', lambda: opened._chored)

        with mock.patch.object(
            sender.Delivery, 'start', autospec=True, side_effect=started
        ):
            self.record(folder=self.recording.folder)
        self.flush()
        self.assertEqual(0, reporter.stats()['waiting'])

    def test_nothing_of_a_damaged_one_goes_before_it_is_taken_over(self):
        self.create()
        away = self.away()
        self.step()
        killed = self.kill()
        killed._spool.append([{'kind': 'odd', 'uuid': 'x'}])
        path = killed._spool.path
        with mock.patch.object(
            disk.Spool, 'sync', autospec=True, side_effect=OSError
        ):
            self.record(folder=self.recording.folder)
            patience.wait_until(
                'chores', lambda: active.current()._opened._chored
            )
            self.assertTrue(os.path.exists(path))
            self.assertFalse(os.path.exists(f'{path}.broken'))
        away.stop()
        patience.wait_until(
            'taking over', lambda: os.path.exists(f'{path}.broken')
        )
        self.flush()
        self.assertEqual(2, len(self.events()))

    def test_a_spool_that_cannot_be_had(self):
        path = os.path.join(
            self.useFixture(fixtures_lib.TempDir()).path, 'file'
        )
        with open(path, 'wb'):
            pass
        self.record(folder=os.path.join(path, 'spool'))
        self.step()
        self.assertEqual({'spool': 2}, base.losses())
        os.unlink(path)
        with mock.patch.object(recorder, '_REOPEN', 0):
            self.step()
        self.flush()
        self.assertEqual({'spool': 2, 'refused': 2}, base.losses())

    def test_a_disk_that_is_full_for_a_while(self):
        self.create()
        with mock.patch.object(
            disk.Spool,
            '_insert',
            autospec=True,
            side_effect=sqlite3.OperationalError('disk I/O error'),
        ):
            self.step('lost')
        self.step('kept')
        self.flush()
        self.assertEqual(
            ['create', 'kept'], [event['event'] for event in self.events()]
        )
        self.assertEqual({'spool': 2}, base.losses())

    def test_a_damaged_spool(self):
        self.create()
        error = sqlite3.DatabaseError('malformed')
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        insert, trouble = disk.Spool._insert, [error]

        def broken(self, rows):
            if trouble:
                raise trouble.pop()
            insert(self, rows)

        with mock.patch.object(disk.Spool, '_insert', broken):
            self.step()
        self.flush()
        self.assertEqual(2, len(self.events()))

    def test_required(self):
        self.record(required_actions=frozenset({'delete', 'step'}))
        self.create()
        self.step()
        with mock.patch.object(
            disk.Spool, 'append', autospec=True, side_effect=OSError
        ):
            for reporting in (
                reporter.ActionReporter(
                    self.context, self.instance_uuid, 'delete'
                ),
                reporter.EventReporter(
                    self.context, 'step', 'here', self.instance_uuid
                ),
            ):
                error = self.assertRaises(
                    exception.RecordingRequired, reporting.__enter__
                )
                self.assertIn(
                    reporting.action
                    if hasattr(reporting, 'action')
                    else 'step',
                    str(error),
                )
            self.step('other')
        with reporter.ActionReporter(
            self.context, self.instance_uuid, 'delete'
        ):
            pass
        self.flush()
        self.assertEqual(
            ['delete', 'create'], [row['action'] for row in self.rows()]
        )

    def test_times_are_of_here(self):
        self.create()
        early = datetime.datetime(2001, 2, 3, 4, 5, 6, 789)
        with mock.patch.object(
            clock, 'utcnow', autospec=True, return_value=early
        ):
            self.step()
        self.flush()
        row = self.events()[-1]
        self.assertEqual(
            (early, early), (row['start_time'], row['finish_time'])
        )
        self.assertLess(row['duration_us'], 10**9)

    def test_many_requests_in_one_batch(self):
        away = self.away()
        contexts = [
            self.new_context(user_id=f'user-{number}') for number in range(5)
        ]
        with reporter.ActionReporter(
            contexts[0], self.instance_uuid, 'create'
        ):
            pass
        for context in contexts[1:]:
            with reporter.ActionReporter(
                context, self.instance_uuid, 'reboot'
            ):
                pass
        away.stop()
        with mock.patch.object(
            report_db, 'apply', wraps=report_db.apply
        ) as apply:
            self.flush()
        # Of an action and the step of it: its beginning, and the step's end.
        self.assertEqual(
            [10],
            [
                len(call.args[1])
                for call in apply.call_args_list
                if call.args[1]
            ],
        )
        self.assertEqual(
            [(context.user_id, context.request_id) for context in contexts],
            [
                (row['user_id'], row['request_id'])
                for row in reversed(self.rows())
            ],
        )

    def test_a_forked_child_has_its_own(self):
        self.create()
        with reporter.EventReporter(
            self.context, 'parent', 'here', self.instance_uuid
        ):
            self.flush()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    with mock.patch.object(
                        report_object.ReportList,
                        'apply',
                        autospec=True,
                        side_effect=exception.ConductorUnavailable(
                            reason='forked'
                        ),
                    ):
                        self.step('child')
                        code = 0 if reporter.stats()['waiting'] else 2
                finally:
                    os._exit(code)
            self.assertEqual(0, os.waitpid(child, 0)[1])
            patience.wait_until("the child's", lambda: len(self.events()) == 3)
            self.assertEqual('running', self.rows()[0]['status'])
        self.flush()
        self.assertEqual(
            {'create': 'Success', 'parent': 'Success', 'child': 'Success'},
            {event['event']: event['result'] for event in self.events()},
        )

    def test_a_forked_child_tells_of_the_same_program(self):
        self.record(heartbeat_interval=0.01, about={'mode': 'mirror'})
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with mock.patch.object(
                    reporter_object.Reporter, 'beat', autospec=True
                ) as beat:
                    active.current().open()
                    patience.wait_until('a heartbeat', lambda: beat.called)
                    code = beat.call_args.kwargs['about'] != {'mode': 'mirror'}
            finally:
                os._exit(int(code))
        self.assertEqual(0, os.waitpid(child, 0)[1])


class EndTestCase(base.ReporterTestCase):
    def test_it_waits_for_no_conductor_that_does_not_answer(self):
        self.create()
        gate = threading.Event()
        self.addCleanup(gate.set)
        with mock.patch.object(
            report_object.ReportList,
            'apply',
            autospec=True,
            side_effect=lambda *_args, **_kwargs: gate.wait(),
        ):
            with reporter.EventReporter(
                self.context, 'step', 'here', self.instance_uuid
            ):
                pass
            current = active.current()
            ended = threading.Thread(
                target=current.stop,
                args=(patience.PATIENCE * 1000,),
                kwargs={'at_exit': True},
                daemon=True,
            )
            ended.start()
            ended.join(patience.PATIENCE)
            self.assertFalse(ended.is_alive())
            self.assertEqual(2, current._spool.count)
            gate.set()


class LastLossesTestCase(base.ReporterTestCase):
    """What was lost since the last heartbeat."""

    REMOTE = True
    SETTINGS = {'heartbeat_interval': 3600.0}

    def setUp(self):
        super().setUp()
        self.create()
        self.flush()
        self.current = active.current()

    def lose(self):
        self.current.losses.add(loss.ERROR, 3, 'test')

    def test_the_conductor_is_told(self):
        self.lose()
        reporter.stop()
        self.assertEqual(
            [{'error': 3}],
            [row['lost'] for row in db_reporter.page(self.admin)],
        )

    def test_nothing_more_is_said_where_nothing_was_lost(self):
        with mock.patch.object(
            reporter_object.Reporter, 'beat', autospec=True
        ) as beat:
            reporter.stop()
        beat.assert_not_called()

    def test_a_conductor_that_is_away(self):
        self.lose()
        with mock.patch.object(
            reporter_object.Reporter,
            'beat',
            autospec=True,
            side_effect=messaging.MessagingTimeout(),
        ) as beat:
            reporter.stop()
        beat.assert_called_once()
        self.assertFalse(self.current._opened._thread.is_alive())
        # The next session tells it; the one after that has nothing to tell.
        for number in (3, 0):
            self.record(folder=self.recording.folder)
            self.create()
            self.assertEqual(number, base.losses().get('error', 0))
            reporter.stop()
            self.assertEqual(
                [{'error': 3}],
                [
                    row['lost']
                    for row in db_reporter.page(self.admin)
                    if row['lost']
                ],
            )

    def test_a_conductor_that_does_not_answer(self):
        self.lose()
        gate = threading.Event()
        self.addCleanup(gate.set)
        with mock.patch.object(
            reporter_object.Reporter,
            'beat',
            autospec=True,
            side_effect=lambda *_args, **_kwargs: gate.wait(),
        ):
            ended = threading.Thread(
                target=self.current.stop,
                args=(patience.PATIENCE * 1000,),
                kwargs={'at_exit': True},
                daemon=True,
            )
            ended.start()
            ended.join(patience.PATIENCE)
            self.assertFalse(ended.is_alive())
            gate.set()


class LocalDurableTestCase(DurableMixin, base.ReporterTestCase):
    pass


class RemoteDurableTestCase(DurableMixin, base.ReporterTestCase):
    REMOTE = True


class _Out(BaseException):
    pass


class _Told(Exception):
    def __str__(self):
        return ''.join(chr(97 + number % 26) for number in range(3000))


class _Caller:
    def __getattr__(self, name):
        return ''.join(chr(97 + number % 26) for number in range(300))


class InterruptTestCase(base.ReporterTestCase):
    """A signal handler that raises, as one that calls ``sys.exit`` does,
    wherever this thread is."""

    INTERRUPTS = 2000

    def setUp(self):
        super().setUp()
        self.create()
        self.addCleanup(
            signal.signal,
            signal.SIGALRM,
            signal.signal(signal.SIGALRM, self.interrupt),
        )
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def interrupt(self, _signal, _frame):
        raise _Out

    def step(self):
        with reporter.EventReporter(
            self.context, 'step', 'here', self.instance_uuid
        ):
            pass

    def test_it_comes_out_of_foreign_methods(self):
        gc.disable()
        self.addCleanup(gc.enable)
        for _ in range(self.INTERRUPTS // 10):
            with contextlib.suppress(_Out):
                signal.setitimer(
                    signal.ITIMER_REAL, random.uniform(0.0005, 0.005)
                )
                for _ in range(1000):
                    with (
                        contextlib.suppress(_Told),
                        reporter.EventReporter(
                            _Caller(), 'step', 'here', self.instance_uuid
                        ),
                    ):
                        raise _Told
                self.fail('the interrupt was dropped')

    def test_it_leaves_no_lock_that_others_wait_for(self):
        # It may run a finaliser of somebody else's in this thread.
        gc.disable()
        self.addCleanup(gc.enable)
        steps, done = [0], threading.Event()

        def work():
            while not done.is_set():
                self.step()
                steps[0] += 1

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        self.addCleanup(done.set)
        for number in range(self.INTERRUPTS):
            with contextlib.suppress(_Out):
                signal.setitimer(
                    signal.ITIMER_REAL, random.uniform(0.00002, 0.001)
                )
                for _ in range(1000):
                    self.step()
                # As Python does with what is raised in a finaliser.
                self.fail('the interrupt was dropped')
            if number % 50 == 0:
                before = steps[0]
                patience.wait_until(
                    "the other thread's next step",
                    lambda before=before: steps[0] > before,
                )
        done.set()
        worker.join()
        self.flush()
        # What was interrupted is counted right all the same.
        current = active.current()
        self.assertEqual(
            (0, 0, 0),
            (
                current.stats()['waiting'],
                current._spool.count,
                current._spool.bytes,
            ),
        )


class OtherRolesMixin:
    """An operator whose administrators have a role of another name."""

    RULES = {'context_is_admin': 'role:cloud_compute_admin'}

    def test_it_records_all_the_same(self):
        self.create()
        with reporter.EventReporter(
            self.context, 'step', 'here', self.instance_uuid
        ):
            pass
        self.flush()
        self.assertEqual(
            ['create', 'step'], [event['event'] for event in self.events()]
        )
        self.assertEqual({}, base.losses())


class LocalOtherRolesTestCase(OtherRolesMixin, base.ReporterTestCase):
    pass


class RemoteOtherRolesTestCase(OtherRolesMixin, base.ReporterTestCase):
    REMOTE = True


class SyncTestCase(base.ReporterTestCase):
    SETTINGS = {
        'mode': 'sync',
        'timeout': 0.05,
        'required_actions': frozenset({'delete'}),
    }

    def test_it_is_there_at_once(self):
        self.record(**{**self.SETTINGS, 'timeout': patience.PATIENCE})
        with reporter.ActionReporter(
            self.context, self.instance_uuid, 'create', 'here'
        ):
            self.assertEqual('running', self.rows()[0]['status'])
        self.assertEqual('succeeded', self.rows()[0]['status'])

    def test_it_waits_no_longer_than_it_should(self):
        self.create()
        gate = threading.Event()
        self.addCleanup(gate.set)
        apply = report_object.ReportList.apply

        def stuck(*args, **kwargs):
            gate.wait(patience.PATIENCE)
            return apply(*args, **kwargs)

        with mock.patch.object(report_object.ReportList, 'apply', stuck):
            with reporter.EventReporter(
                self.context, 'step', 'here', self.instance_uuid
            ):
                pass
            self.assertRaises(
                exception.RecordingRequired,
                reporter.ActionReporter(
                    self.context, self.instance_uuid, 'delete'
                ).__enter__,
            )
            gate.set()
            self.flush()
        # What was stored too late says that it did not take place.
        self.assertEqual(
            [('delete', 'failed'), ('create', 'succeeded')],
            [(row['action'], row['status']) for row in self.rows()],
        )

    def test_what_ends_with_the_process_is_counted(self):
        self.create()
        with mock.patch.object(
            report_object.ReportList,
            'apply',
            autospec=True,
            side_effect=exception.ConductorUnavailable(reason='test'),
        ):
            with reporter.EventReporter(
                self.context, 'step', 'here', self.instance_uuid
            ):
                pass
            ended = active.current()
            reporter.stop()
        self.assertEqual({'ended': 2}, dict(ended.losses.counts))

    def test_it_ends_in_time(self):
        self.create()
        current = active.current()
        seconds = itertools.count()
        with (
            mock.patch.object(current, 'flush', autospec=True),
            mock.patch.object(
                clock,
                'monotonic_ns',
                autospec=True,
                side_effect=lambda: next(seconds) * 10**9,
            ),
            mock.patch.object(current._opened, 'stop', autospec=True) as stop,
        ):
            current.stop(0.01)
        stop.assert_called_once_with(0.0)
        self.assertTrue(current._opened.stop(patience.PATIENCE))


class DirectTestCase(base.ReporterTestCase):
    """A process that has not called setup()."""

    REMOTE = True

    def setUp(self):
        super().setUp()
        reporter.stop()

    def test_each_report_goes_at_once(self):
        with reporter.ActionReporter(
            self.context, self.instance_uuid, 'create', 'here'
        ):
            self.assertEqual('running', self.rows()[0]['status'])
        self.assertEqual('succeeded', self.rows()[0]['status'])
        self.assertEqual({}, reporter.stats())
        self.flush()

    def test_it_does_no_harm(self):
        self.conductor.service.stop()
        self.conductor.client._client = self.conductor.client._client.prepare(
            timeout=0.05
        )
        with reporter.EventReporter(
            self.context, 'step', 'here', self.instance_uuid
        ):
            pass
        self.assertEqual({'direct': 2}, base.losses())

    def test_what_is_refused_is_counted(self):
        with reporter.EventReporter(
            self.context, 'step', 'here', self.instance_uuid
        ):
            pass
        self.assertEqual({'refused': 2}, base.losses())
