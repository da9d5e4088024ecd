# SPDX-License-Identifier: Apache-2.0
"""What is stored of a report, and what the rules say of a batch."""

import datetime
import uuid

import hypothesis
from hypothesis import strategies
from oslotest import base as oslotest

from nova_actions import exception
from nova_actions import objects
from nova_actions import vocabulary
from nova_actions.db import api as db
from nova_actions.db import ledger_rules
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base

KINDS = ('action', 'start', 'finish', 'end')
NAME = strategies.text(
    strategies.characters(codec='utf-8', categories=('L', 'N')),
    min_size=1,
    max_size=50,
)
TIME = strategies.datetimes(
    datetime.datetime(2020, 1, 1), timezones=strategies.just(datetime.UTC)
)
IDS = strategies.uuids().map(str)

values = strategies.fixed_dictionaries(
    {
        'kind': strategies.sampled_from(KINDS),
        'uuid': IDS,
        'instance_uuid': IDS,
        'name': NAME,
        'result': strategies.sampled_from(
            (vocabulary.RESULT_SUCCESS, vocabulary.RESULT_ERROR)
        ),
    },
    optional={
        'host': NAME,
        'user_id': NAME,
        'project_id': NAME,
        'start_time': TIME,
        'finish_time': TIME,
        'duration': strategies.integers(0, 10**12),
        'details': strategies.text(max_size=50),
        'traceback': strategies.text(max_size=50),
        'error_type': NAME,
    },
)


class RowTestCase(oslotest.BaseTestCase):
    def setUp(self):
        super().setUp()
        objects.register_all()

    @hypothesis.given(values)
    def test_a_row_is_whole(self, given):
        row = Report(**given).row()
        # Every row has the same columns, whatever was reported.
        self.assertEqual(
            (Report.fields.keys() - {'duration'})
            | {'duration_us', 'redactions', 'rules'},
            row.keys(),
        )
        self.assertEqual(given['uuid'], row['uuid'])
        is_over = given['kind'] in (ledger_rules.FINISH, ledger_rules.END)
        self.assertEqual(is_over, row['finish_time'] is not None)
        if given['kind'] != ledger_rules.END:
            self.assertIsNotNone(row['start_time'])
        for name in ('start_time', 'finish_time'):
            if row[name] is not None:
                self.assertIsNone(row[name].tzinfo)

    @hypothesis.given(values, strategies.data())
    def test_a_bad_value_is_refused(self, given, data):
        name, bad = data.draw(
            strategies.sampled_from(
                (
                    ('kind', 'other'),
                    ('uuid', 'x'),
                    ('instance_uuid', ''),
                    ('name', ''),
                    ('host', 'x' * 256),
                    ('epoch', 'x'),
                    ('action_uuid', 'x'),
                    ('duration', -1),
                    ('result', 'other'),
                )
            )
        )
        report = Report(**{**given, name: bad})
        error = self.assertRaises(exception.InvalidInput, report.row)
        self.assertEqual(name, error.kwargs['argument'])

    @hypothesis.given(values, strategies.sampled_from(('name', 'host')))
    def test_no_secret_is_stored(self, given, name):
        secret = 'hunter2-' + 'q' * 12
        row = Report(
            **{
                **given,
                'kind': 'finish',
                name: f'password={secret}',
                'details': f'password={secret}',
                'traceback': f'password={secret}',
            }
        ).row()
        self.assertNotIn(secret, repr(row))


class _BatchTests:
    def report(self, context, name='create', kind='action', **values):
        return Report(
            **{
                'kind': kind,
                'uuid': str(uuid.uuid4()),
                'name': name,
                'instance_uuid': self.instance_uuid,
                'request_id': context.request_id,
                'user_id': context.user_id,
                'project_id': context.project_id,
                **values,
            }
        )

    def verdicts(self, context, *reports):
        return [
            (answer['verdict'], answer['error'])
            for answer in ReportList.apply(
                context, ReportList(objects=list(reports)), host='h'
            )
        ]

    def project(self):
        with objects_base.local():
            found = db.instance_get(self.admin, self.instance_uuid)
        return found['project_id']

    def test_a_service_reports_again_what_created_a_server(self):
        """Whose it is by then does not matter to a service."""
        other = self.new_context(user_id='b', project_id='other')
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        self.assertEqual(
            [
                ('applied', None),
                ('refused', 'InvalidInput'),
                ('applied', None),
            ],
            self.verdicts(
                self.admin,
                self.report(other),
                self.report(other, 'x', 'start', epoch='x'),
                self.report(other, 'x', 'start'),
            ),
        )
        self.assertEqual('owner', self.project())

    def test_each_is_judged_by_itself(self):
        """A bad one between two good ones."""
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        for context in (self.admin, self.context):
            self.assertEqual(
                ['applied', 'refused', 'applied'],
                [
                    verdict
                    for verdict, _error in self.verdicts(
                        context,
                        self.report(self.context, 'a', 'start'),
                        self.report(self.context, 'b', 'start', epoch='x'),
                        self.report(self.context, 'c', 'start'),
                    )
                ],
            )

    def test_nothing_is_for_a_stranger(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        for about in (self.instance_uuid, str(uuid.uuid4())):
            self.assertRaises(
                exception.PolicyNotAuthorized,
                self.verdicts,
                self.stranger(),
                self.report(self.context, 'x', 'start', instance_uuid=about),
            )


class TestLocal(_BatchTests, base.ObjectTestCase):
    pass


class TestRemote(_BatchTests, base.ObjectTestCase):
    REMOTE = True
