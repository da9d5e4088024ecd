# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import itertools
import pickle
import sys
import uuid
from unittest import mock

from nova_actions import reporter
from nova_actions.reporter import recorder
from nova_actions.tests import patience
from nova_actions.tests.unit.reporter import base
from nova_actions.tests.unit.sanitize.test_selftest import Broken


class Odd(Exception):
    def __str__(self):
        raise RuntimeError('no text')

    def __bool__(self):
        return False


class Unreadable:
    def __str__(self):
        raise OSError


#: What recording lets pass, since a signal may raise it.
PASSING = (SystemExit, KeyboardInterrupt, GeneratorExit)


def raiser(error):
    """Return a method that raises something."""

    def method(self, *args):
        raise error

    return method


def hostile(base, error, *names):
    """Return a class, each of whose methods or properties of these names
    raises something."""
    methods = ('__str__', '__repr__', '__eq__', '__hash__', '__bool__')
    return type(
        'Hostile',
        (base,),
        {
            name: raiser(error) if name in methods else property(raiser(error))
            for name in names
        },
    )


class EventMixin:
    def event(self, name='compute_reboot_instance', *uuids, **kwargs):
        return reporter.EventReporter(
            self.context,
            name,
            'here',
            *(uuids or [self.instance_uuid]),
            **kwargs,
        )

    def step(self):
        self.flush()
        return self.events()[-1]

    def setUp(self):
        super().setUp()
        self.create()

    def test_success(self):
        with self.event(graceful_exit=True) as event:
            self.assertIsNotNone(event)
        row = self.step()
        self.assertEqual(
            ('compute_reboot_instance', 'here', 'Success', None, None),
            (
                row['event'],
                row['host'],
                row['result'],
                row['details'],
                row['traceback'],
            ),
        )
        self.assertGreaterEqual(row['finish_time'], row['start_time'])
        self.assertGreaterEqual(row['duration_us'], 0)
        self.assertIsNotNone(row['epoch'])

    def test_no_text_is_kept_where_the_rules_do_not_work(self):
        self.useFixture(Broken())
        self.assertRaises(ZeroDivisionError, self.divide)
        row = self.step()
        self.assertEqual(
            ('Error', None, None, 'ZeroDivisionError', 'internal'),
            tuple(
                row[name]
                for name in (
                    'result',
                    'details',
                    'traceback',
                    'error_type',
                    'reason',
                )
            ),
        )

    def test_an_exception_is_recorded_and_goes_on(self):
        error = self.assertRaises(ZeroDivisionError, self.divide)
        self.assertIsNotNone(error)
        row = self.step()
        self.assertEqual('Error', row['result'])
        self.assertIn('division', row['details'])
        self.assertIn('in divide', row['traceback'])
        self.assertEqual(
            ('ZeroDivisionError', 'internal'),
            (row['error_type'], row['reason']),
        )
        self.assertEqual('failed', self.rows()[0]['status'])

    def divide(self):
        with self.event():
            return 1 / 0

    def test_whatever_is_raised(self):
        for error in (KeyboardInterrupt, SystemExit, GeneratorExit, Odd):

            def work(error=error):
                with self.event(error.__name__):
                    raise error()

            self.assertRaises(error, work)
            row = self.step()
            self.assertEqual(
                (error.__name__, 'Error'), (row['event'], row['result'])
            )

    def test_a_failure_that_raises_nothing(self):
        with self.event() as event:
            event.fail('no room; password=hunter2 was tried')
        row = self.step()
        self.assertEqual('Error', row['result'])
        self.assertIn('no room', row['details'])
        self.assertNotIn('hunter2', row['details'])

    def test_one_reporter_twice(self):
        step = reporter.EventReporter(
            self.context, 'compute_reboot', 'here', self.instance_uuid
        )
        with step:
            step.fail('no valid host')
            step.detach()
        with step:
            pass
        self.flush()
        self.assertEqual(
            [None, 'Success'],
            [
                event['result']
                for event in self.events()
                if event['event'] == 'compute_reboot'
            ],
        )

    def test_an_exception_says_more_than_fail(self):
        def work():
            with self.event() as event:
                event.fail('half')
                raise LookupError('whole')

        self.assertRaises(LookupError, work)
        self.assertIn('whole', self.step()['details'])

    def test_another_thread_finishes(self):
        with self.event() as event:
            handle = event.detach()
        self.flush()
        self.assertEqual('running', self.rows()[0]['status'])
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(reporter.finish, handle).result()
        self.assertEqual('Success', self.step()['result'])
        reporter.finish(handle, ValueError('too late'))
        self.assertEqual('Success', self.step()['result'])
        self.assertEqual(1, base.losses()['refused'])

    def test_a_handle_travels(self):
        with self.event() as event:
            handle = pickle.loads(pickle.dumps(event.detach()))
        try:
            raise OSError('far away')
        except OSError as error:
            reporter.finish(handle, error)
        row = self.step()
        self.assertEqual('Error', row['result'])
        self.assertIn('far away', row['details'])
        self.assertIn('test_a_handle_travels', row['traceback'])

    def test_a_handle_fails_without_an_exception(self):
        with self.event() as event:
            handle = event.detach()
        reporter.finish(handle, failed='the guest did not answer')
        self.assertEqual('the guest did not answer', self.step()['details'])

    def test_what_cannot_be_handed_over_has_failed(self):
        def work():
            with self.event() as event:
                event.detach()
                raise RuntimeError('no thread left')

        self.assertRaises(RuntimeError, work)
        self.assertEqual('Error', self.step()['result'])

    def test_several_servers(self):
        other = str(uuid.uuid4())
        with reporter.ActionReporter(self.context, other, 'create'):
            pass
        with self.event('both', self.instance_uuid, other, other):
            pass
        self.flush()
        for instance in (self.instance_uuid, other):
            events = self.rows(instance)[0]['events']
            self.assertEqual(
                ['create', 'both'], [event['event'] for event in events]
            )

    def test_odd_names(self):
        for name in (
            '',
            None,
            'x' * 10_000,
            'nul\0 \ud800 \U0001f600',
            b'b',
            7,
        ):
            with self.event(name):
                pass
        self.flush()
        self.assertEqual(
            ['unknown', 'unknown', 255, 'nul', 'b', '7'],
            [
                each['event']
                if len(each['event']) < 9 and 'nul' not in each['event']
                else len(each['event'])
                if len(each['event']) > 200
                else each['event'][:3]
                for each in self.events()[1:]
            ],
        )
        self.assertEqual({}, base.losses())

    def test_odd_errors(self):
        def deep(number):
            return deep(number + 1) + 1

        def texts():
            yield lambda: deep(0)
            for text in ('m' * 1_000_000, '\U0001f600\0\ud800', b'\xff\xfe'):
                yield mock.Mock(side_effect=ValueError(text))

        for cause in texts():

            def work(cause=cause):
                with self.event():
                    cause()

            self.assertRaises((RecursionError, ValueError), work)
            row = self.step()
            self.assertLessEqual(len(row['details'].encode()), 4096)
            self.assertLessEqual(len(row['traceback'].encode()), 16384)
        self.assertEqual({}, base.losses())

    def test_odd_arguments_do_no_harm(self):
        odd = Unreadable()
        for context, uuids in (
            (None, [self.instance_uuid]),
            (self.context, [None]),
            (self.context, ['no-uuid']),
            (odd, [odd]),
            (self.context, []),
            (self.context, [self.instance_uuid]),
        ):
            with reporter.EventReporter(context, odd, odd, *uuids):
                done = True
            self.assertTrue(done)
        reporter.flush(patience.PATIENCE)

    def test_an_error_that_raises_when_it_is_read(self):
        for error, names in itertools.product(
            PASSING,
            (
                ('__str__', '__repr__', '__bool__'),
                ('format_message',),
                ('__cause__', '__context__'),
                ('__traceback__', '__dict__'),
                ('__class__', '__eq__', '__hash__'),
            ),
        ):
            failure = hostile(Exception, error, *names)()

            def work(failure=failure):
                with self.event():
                    raise failure

            try:
                work()
            except BaseException as raised:  # noqa: BLE001
                self.assertIs(failure, raised, names)
            row = self.step()
            self.assertEqual('Error', row['result'])
            self.assertIn('in work', row['traceback'])
        self.assertEqual({}, base.losses())

    def test_values_that_raise_when_they_are_read(self):
        methods = ('__str__', '__repr__', '__eq__', '__hash__', '__bool__')
        for error in PASSING:
            odd = hostile(object, error, *methods, 'request_id', 'uuid')()
            for context, name, host, server in (
                (odd, 'reboot', 'here', self.instance_uuid),
                (self.context, odd, 'here', self.instance_uuid),
                (self.context, 'reboot', odd, self.instance_uuid),
                (self.context, 'reboot', 'here', odd),
            ):
                with reporter.EventReporter(
                    context, name, host, server, arguments=odd
                ) as step:
                    step.fail(odd)
                with reporter.ActionReporter(context, server, name, host):
                    done = True
                self.assertTrue(done)
                begun = reporter.begin_action(context, server, name)
                reporter.finish_action(context, server, name, begun)
        self.assertIn('error', base.losses())

    def test_a_signal_ends_the_work(self):
        for error in PASSING:
            with mock.patch.object(
                recorder.Recorder, 'record', autospec=True, side_effect=error
            ):
                self.assertRaises(error, self.event().__enter__)

    def test_recording_fails_in_every_way(self):
        for error in (OSError, MemoryError, ValueError, RecursionError):
            with mock.patch.object(
                recorder.Recorder, 'open', autospec=True, side_effect=error
            ):
                with self.event():
                    done = True
                self.assertTrue(done)
                self.assertRaises(ZeroDivisionError, self.divide)
        self.assertIn('spool', base.losses())

    def test_who_acts(self):
        context = self.new_context(
            user_id='jane',
            user_name='Jane Doe',
            project_name='Shop',
            global_request_id='req-' + str(uuid.uuid4()),
            is_admin=True,
        )
        with reporter.ActionReporter(
            context, self.instance_uuid, 'reboot', 'here'
        ):
            pass
        self.flush()
        row = self.rows()[0]
        self.assertEqual(
            (
                'jane',
                'Jane Doe',
                'owner',
                'Shop',
                context.request_id,
                context.global_request_id,
                'reboot',
            ),
            tuple(
                row[name]
                for name in (
                    'user_id',
                    'user_name',
                    'project_id',
                    'project_name',
                    'request_id',
                    'global_request_id',
                    'action',
                )
            ),
        )

    def test_an_action_fails_with_its_step(self):
        def work():
            with reporter.ActionReporter(
                self.context, self.instance_uuid, 'resize'
            ) as action:
                action.fail('first')
                sys.exit(3)

        self.assertRaises(SystemExit, work)
        self.flush()
        self.assertEqual(
            ('resize', 'failed', 'Error'),
            tuple(
                self.rows()[0][name]
                for name in ('action', 'status', 'message')
            ),
        )


class LocalEventTestCase(EventMixin, base.ReporterTestCase):
    pass


class RemoteEventTestCase(EventMixin, base.ReporterTestCase):
    REMOTE = True


class SyncEventTestCase(EventMixin, base.ReporterTestCase):
    SETTINGS = {'mode': 'sync'}


class MysqlEventTestCase(EventMixin, base.ReporterTestCase):
    BACKEND = 'mysql'


class PostgresqlEventTestCase(EventMixin, base.ReporterTestCase):
    BACKEND = 'postgresql'
