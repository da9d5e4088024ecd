# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import datetime
import uuid

from nova_actions import context as context_module
from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.objects import base as objects_base
from nova_actions.objects import report as report_object
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.upkeep import stale_reporter

NOW = datetime.datetime(2026, 3, 1, 12, 0, 0, 123456)
SECOND = datetime.timedelta(seconds=1)
MICROSECOND = datetime.timedelta(microseconds=1)


def make(kind, instance, name, request='req-1', **values):
    """Return a whole report."""
    times = {
        'finish': {
            'start_time': NOW,
            'finish_time': NOW + SECOND,
            'result': 'Success',
        }
    }.get(kind, {'start_time': NOW})
    return {
        **dict.fromkeys(
            (
                'host',
                'action_uuid',
                'epoch',
                'global_request_id',
                'user_id',
                'user_name',
                'project_name',
                'start_time',
                'finish_time',
                'duration_us',
                'result',
                'details',
                'rules',
                'traceback',
                'error_type',
                'reason',
            )
        ),
        'kind': kind,
        'uuid': str(uuid.uuid4()),
        'instance_uuid': instance,
        'name': name,
        'request_id': request,
        'project_id': 'owner',
        'redactions': 0,
        **times,
        **values,
    }


class ReportMixin:
    def apply(self, *reports, **kwargs):
        return [
            (answer.verdict, answer.error)
            for answer in report.apply(self.admin, list(reports), **kwargs)
        ]

    def create(self, instance=None, request='req-1', **values):
        return make(
            'action',
            instance or self.instance_uuid,
            'create',
            request,
            **values,
        )

    def event(self, kind, name='step', request='req-1', **values):
        return make(kind, self.instance_uuid, name, request, **values)

    def actions(self, instance=None):
        return db.action_list(self.admin, instance or self.instance_uuid)

    def events(self, action=None):
        action = action or self.actions()[0]
        return db.event_list(self.admin, action['id'])

    def test_an_action_from_begin_to_end(self):
        start = self.event('start', host='h')
        finish = {
            **start,
            'kind': 'finish',
            'result': 'Success',
            'finish_time': NOW + SECOND,
            'duration_us': 5,
        }
        self.assertEqual(
            [('applied', None)] * 2, self.apply(self.create(), start)
        )
        (action,) = self.actions()
        self.assertEqual('running', action['status'])
        self.assertEqual(NOW, action['updated_at'])
        self.assertEqual([('applied', None)], self.apply(finish))
        (action,) = self.actions()
        self.assertEqual(
            ('succeeded', NOW + SECOND, NOW + SECOND, None),
            (
                action['status'],
                action['finish_time'],
                action['updated_at'],
                action['message'],
            ),
        )
        (event,) = self.events()
        self.assertEqual(
            ('h', 5, 'Success'),
            (event['host'], event['duration_us'], event['result']),
        )
        self.assertEqual(
            'owner',
            db.instance_get(self.admin, self.instance_uuid)['project_id'],
        )

    def test_the_same_again_changes_nothing(self):
        start = self.event('start')
        batch = [
            self.create(),
            start,
            {
                **start,
                'kind': 'finish',
                'result': 'Error',
                'details': 'why',
                'finish_time': NOW + SECOND,
            },
        ]
        self.assertEqual([('applied', None)] * 3, self.apply(*batch))
        before = self.actions(), self.events()
        self.assertEqual([('known', None)] * 3, self.apply(*batch))
        self.assertEqual([('known', None)] * 2, self.apply(*batch[1:]))
        self.assertEqual(before, (self.actions(), self.events()))
        self.assertEqual('failed', self.actions()[0]['status'])
        self.assertEqual('Error', self.actions()[0]['message'])

    def test_a_finish_before_its_start_completes_the_row(self):
        finish = self.event('finish', result='Error', details='why')
        self.assertEqual(
            [('applied', None)] * 2, self.apply(self.create(), finish)
        )
        self.assertEqual(
            [('known', None)], self.apply({**finish, 'kind': 'start'})
        )
        (event,) = self.events()
        self.assertEqual(
            (NOW, NOW + SECOND, 'Error', 1000000),
            (
                event['start_time'],
                event['finish_time'],
                event['result'],
                event['duration_us'],
            ),
        )

    def test_a_finished_event_never_changes(self):
        finish = self.event('finish')
        self.apply(self.create(), finish)
        self.assertEqual(
            [('refused', 'InstanceActionEventNotFound')],
            self.apply({**finish, 'result': 'Error'}),
        )
        self.assertEqual('Success', self.events()[0]['result'])

    def test_a_retry_is_an_event_of_its_own(self):
        self.apply(
            self.create(),
            self.event('finish', host='a', result='Error'),
            self.event('finish', host='b'),
        )
        self.assertEqual(
            {'a': 'Error', 'b': 'Success'},
            {event['host']: event['result'] for event in self.events()},
        )
        self.assertEqual('succeeded_after_retry', self.actions()[0]['status'])

    def test_what_has_no_place_is_refused_alone(self):
        start = self.event('start')
        self.assertEqual(
            [
                ('refused', 'InstanceNotFound'),
                ('refused', 'InstanceNotFound'),
                ('applied', None),
                ('applied', None),
            ],
            self.apply(
                start,
                make('action', self.instance_uuid, 'reboot'),
                self.create(),
                start,
            ),
        )

    def test_a_handle_belongs_to_one_event(self):
        start = self.event('start', host='a')
        other = str(uuid.uuid4())
        self.apply(self.create(), self.create(other), start)
        self.assertEqual(
            [
                ('refused', 'Conflict'),
                ('refused', 'Conflict'),
                ('refused', 'Forbidden'),
            ],
            self.apply(
                {**start, 'instance_uuid': other},
                {**start, 'name': 'other'},
                {
                    **start,
                    'kind': 'finish',
                    'result': 'Success',
                    'finish_time': NOW,
                    'host': 'b',
                },
            ),
        )

    def test_two_actions_of_one_request(self):
        first, second = (
            self.create(),
            make('action', self.instance_uuid, 'reboot'),
        )
        self.apply(first, second)
        self.apply(
            self.event('finish', action_uuid=first['uuid']),
            self.event('start'),
        )
        self.assertEqual(
            {'create': 'succeeded', 'reboot': 'running'},
            {row['action']: row['status'] for row in self.actions()},
        )

    def test_a_projectless_event_joins_the_action_open_at_its_start(self):
        nobody = {'project_id': None, 'request': 'req-boot'}
        self.apply(self.create(), self.event('start', 'die'))
        self.apply(
            self.event(
                'finish',
                'die',
                start_time=NOW + SECOND,
                finish_time=NOW + 2 * SECOND,
                **nobody,
            )
        )
        later = NOW + 5 * SECOND
        self.apply(
            make(
                'action',
                self.instance_uuid,
                'reboot',
                'req-2',
                start_time=later,
            )
        )
        self.apply(
            self.event('start', 'join', start_time=NOW + 3 * SECOND, **nobody)
        )
        self.assertEqual(
            [0, 3], [len(self.events(action)) for action in self.actions()]
        )

    def test_a_projectless_event_gets_its_own_action_otherwise(self):
        nobody = {
            'project_id': None,
            'request': 'req-task',
            'start_time': NOW + 2 * SECOND,
        }
        stop = self.event('start', 'stop', **nobody)
        self.assertEqual(
            [('applied', None)] * 4,
            self.apply(
                self.create(),
                self.event('finish'),
                stop,
                self.event('start', 'more', **nobody),
            ),
        )
        self.apply(
            {
                **stop,
                'kind': 'finish',
                'result': 'Success',
                'finish_time': NOW + 3 * SECOND,
            }
        )
        system, created = self.actions()
        self.assertEqual(
            ('system', 'running', 'create', 'succeeded'),
            (
                system['action'],
                system['status'],
                created['action'],
                created['status'],
            ),
        )
        self.assertEqual(2, len(self.events(system)))

    def test_a_projectless_event_on_an_unknown_server_is_refused(self):
        self.assertEqual(
            [('refused', 'InstanceNotFound')],
            self.apply(self.event('start', project_id=None)),
        )

    def test_an_instance_known_elsewhere_is_taken_over(self):
        owner = {
            'uuid': self.instance_uuid,
            'project_id': 'theirs',
            'user_id': None,
        }
        self.assertEqual(
            [('applied', None)],
            self.apply(
                make('action', self.instance_uuid, 'reboot'),
                elsewhere={self.instance_uuid: owner},
            ),
        )
        self.assertEqual(
            'theirs',
            db.instance_get(self.admin, self.instance_uuid)['project_id'],
        )

    def test_updated_at_never_goes_back(self):
        self.apply(
            self.create(), self.event('finish', finish_time=NOW + 9 * SECOND)
        )
        self.apply(self.event('finish', finish_time=NOW + SECOND))
        self.assertEqual(
            NOW + 9 * SECOND + MICROSECOND, self.actions()[0]['updated_at']
        )

    def test_a_late_finish_corrects_an_interrupted_one(self):
        start = self.event('start')
        self.apply(self.create(), start)
        db.event_finish(
            self.admin,
            {
                'uuid': start['uuid'],
                'instance_uuid': self.instance_uuid,
                'result': 'Interrupted',
                'finish_time': NOW + SECOND,
                'details': 'silent',
            },
        )
        self.assertEqual('interrupted', self.actions()[0]['status'])
        self.apply(
            {
                **start,
                'kind': 'finish',
                'result': 'Success',
                'finish_time': NOW + 9 * SECOND,
            }
        )
        self.assertEqual(
            ('succeeded', None),
            (self.actions()[0]['status'], self.events()[0]['details']),
        )

    def test_the_number_of_statements_does_not_grow(self):
        def batch(size):
            result = []
            for number in range(size):
                instance = str(uuid.uuid4())
                start = make('start', instance, 'step', f'req-{number}')
                result += [
                    self.create(instance, f'req-{number}'),
                    start,
                    {
                        **start,
                        'kind': 'finish',
                        'result': 'Success',
                        'finish_time': NOW + SECOND,
                    },
                ]
            return result

        def count(reports):
            with fixtures.Statements() as statements:
                self.apply(*reports, epoch=epoch)
            return len(statements.seen)

        epoch = str(uuid.uuid4())
        small, large = batch(2), batch(60)
        self.apply(self.create(), epoch=epoch)
        self.assertEqual(count(small), count(large))
        ends = [make('start', self.instance_uuid, 'step') for _ in range(100)]
        started = count(ends)
        self.assertLessEqual(started, 10)
        self.assertLessEqual(
            count(
                [
                    {
                        **start,
                        'kind': 'finish',
                        'result': 'Success',
                        'finish_time': NOW + SECOND,
                    }
                    for start in ends
                ]
            ),
            10,
        )

    def test_each_end_has_its_own_outcome(self):
        self.apply(self.create())
        starts = [
            self.event('start', name=f'step-{number}') for number in range(6)
        ]
        self.apply(*starts)
        outcomes = [
            {
                'result': 'Error',
                'details': f'no {number}',
                'traceback': 'frames' if number % 2 else None,
                'error_type': 'E',
                'duration_us': 7 * number,
            }
            if number % 3
            else {'result': 'Success', 'duration_us': 5}
            for number in range(6)
        ]
        self.apply(
            *(
                {
                    **start,
                    'kind': 'finish',
                    **end,
                    'finish_time': NOW + SECOND * number,
                }
                for number, (start, end) in enumerate(
                    zip(starts, outcomes, strict=True)
                )
            )
        )
        self.assertEqual(
            [
                (
                    f'step-{number}',
                    NOW + SECOND * number,
                    end['result'],
                    end.get('details'),
                    end.get('traceback'),
                    end.get('error_type'),
                    end['duration_us'],
                )
                for number, end in enumerate(outcomes)
            ],
            [
                tuple(
                    event[name]
                    for name in (
                        'event',
                        'finish_time',
                        'result',
                        'details',
                        'traceback',
                        'error_type',
                        'duration_us',
                    )
                )
                for event in reversed(self.events())
            ],
        )

    def test_batches_of_one_action_at_once(self):
        self.apply(self.create())
        events = [
            self.event('start', host=f'h{number}') for number in range(24)
        ]
        ends = [
            {
                **start,
                'kind': 'finish',
                'result': 'Success',
                'finish_time': NOW + SECOND,
            }
            for start in events
        ]

        def send(reports):
            context = context_module.get_admin_context()
            with objects_base.local():
                return [
                    each.verdict for each in report.apply(context, reports)
                ]

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            # Each batch twice: a resend must find the first one's rows.
            batches = [
                part
                for at in range(0, 24, 4)
                for part in [events[at : at + 4] + ends[at : at + 4]] * 2
            ]
            answers = list(pool.map(send, batches))
        self.assertEqual(
            {'applied': 48, 'known': 48},
            {
                word: sum(answer.count(word) for answer in answers)
                for word in ('applied', 'known')
            },
        )
        self.assertEqual(24, len(self.events()))
        self.assertEqual('succeeded', self.actions()[0]['status'])

    def test_a_batch_is_a_heartbeat(self):
        epoch = str(uuid.uuid4())
        self.assertEqual([], self.apply(epoch=epoch, host='h'))
        self.assertEqual([], self.apply(epoch=epoch, host='h'))
        (reporter,) = stale_reporter.reporter_list(self.admin)
        self.assertEqual(
            (epoch, 'h', 2),
            (reporter['epoch'], reporter['host'], reporter['beats']),
        )


class SqliteReportTestCase(ReportMixin, base.ObjectTestCase):
    pass


class MysqlReportTestCase(ReportMixin, base.ObjectTestCase):
    BACKEND = 'mysql'


class PostgresqlReportTestCase(ReportMixin, base.ObjectTestCase):
    BACKEND = 'postgresql'


class Latin1ReportTestCase(ReportMixin, base.ObjectTestCase):
    """A database that cannot hold every character."""

    BACKEND = 'latin1'

    def test_what_cannot_be_held_is_replaced(self):
        start = self.event('start', '重启', host='hé')
        finish = {
            **start,
            'kind': 'finish',
            'result': 'Error',
            'details': 'café 中文 failed',
            'finish_time': NOW,
        }
        answers = report.apply(self.admin, [self.create(), start])
        answers += report.apply(self.admin, [finish, self.event('finish')])
        self.assertEqual(
            [('applied', 0), ('applied', 2), ('applied', 4), ('applied', 0)],
            [(each.verdict, each.replaced) for each in answers],
        )
        self.assertEqual(
            {('??', 'hé', 'café ?? failed'), ('step', None, None)},
            {
                (event['event'], event['host'], event['details'])
                for event in self.events()
            },
        )
        self.assertEqual([('known', None)], self.apply(finish))

    def test_each_way_of_recording(self):
        self.apply(self.create())
        for name in ('重启', 'é'):
            row = {
                'instance_uuid': self.instance_uuid,
                'action': name,
                'request_id': f'req-{len(name)}',
                'start_time': NOW,
                'uuid': str(uuid.uuid4()),
                'status': 'running',
            }
            again = [
                db.action_create(self.admin, row)['uuid'] for _ in range(2)
            ]
            self.assertEqual([row['uuid']] * 2, again)
            self.assertIsNone(
                db.action_get(self.admin, self.instance_uuid, name)
            )
        self.assertEqual(
            ['é', '??', 'create'], [row['action'] for row in self.actions()]
        )


class NoTextTestCase(base.ObjectTestCase):
    def test_what_is_no_text_is_refused_alone(self):
        """On SQLite the driver refuses it, not the database."""
        answers = report_object.ReportList.apply(
            self.admin,
            report_object.ReportList(
                objects=[
                    report_object.Report(
                        kind='action',
                        uuid=str(uuid.uuid4()),
                        name='create',
                        instance_uuid=instance,
                        project_id='p',
                    )
                    for instance in ('\ud800', self.instance_uuid)
                ]
            ),
        )
        self.assertEqual(
            ['InvalidInput', None], [answer['error'] for answer in answers]
        )


class RefusedValueTestCase(base.ObjectTestCase):
    """A column that is shorter than ours, as an operator may have made it."""

    BACKEND = 'postgresql'

    def test_one_report_is_refused_and_no_other(self):
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                'ALTER TABLE instance_actions_events '
                'ALTER COLUMN details TYPE varchar(20)'
            )
        reports = [make('action', self.instance_uuid, 'create')]
        reports += [
            make(
                'finish',
                self.instance_uuid,
                f'step-{number}',
                details='x' * 21 if number == 3 else 'short',
            )
            for number in range(9)
        ]
        answers = report.apply(self.admin, reports)
        self.assertEqual(
            {4: 'Invalid'},
            {
                number: answer.error
                for number, answer in enumerate(answers)
                if answer.error
            },
        )
        (action,) = db.action_list(self.admin, self.instance_uuid)
        self.assertEqual(8, len(db.event_list(self.admin, action['id'])))
        with objects_base.local():
            # As any other way of recording says it, too.
            self.assertRaises(
                exception.Invalid, report.apply, self.admin, [], 'x' * 40
            )


class UnavailableTestCase(base.ObjectTestCase):
    def test_without_a_schema(self):
        with db.engine().begin() as connection:
            connection.exec_driver_sql('DROP TABLE instance_actions_events')
        self.assertRaises(
            exception.Unavailable,
            report.apply,
            self.admin,
            [make('action', self.instance_uuid, 'create')],
        )
