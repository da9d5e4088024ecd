# SPDX-License-Identifier: Apache-2.0
"""Calls that are entered together leave the record that they would leave one
after the other."""

import itertools
import uuid

import hypothesis

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import group_commit
from nova_actions.db import table
from nova_actions.db import transition
from nova_actions.db.models import EVENTS
from nova_actions.tests import base
from nova_actions.tests.unit.db import test_ledger
from nova_actions.tests.unit.db.test_report import NOW


class _Tests(test_ledger.Calls):
    def as_groups(self, reports):
        """Tell it by calls, those of one request together that follow each
        other."""
        begun = set()

        def key(each):
            if each['kind'] == 'start':
                begun.add(each['uuid'])
            is_alone = each['kind'] not in ('start', 'finish') or (
                each['project_id'] is None or each['uuid'] not in begun
            )
            return is_alone or (each['instance_uuid'], each['request_id'])

        for of, some in itertools.groupby(reports, key):
            if of is True:
                self.as_calls(some)
            else:
                some = list(some)
                answers = self.enter([self.call(each) for each in some])
                self.as_calls(
                    each
                    for each, answer in zip(some, answers, strict=True)
                    if answer is group_commit.ALONE
                )

    def call(self, each):
        if each['kind'] == 'finish':
            return transition._Call(
                self.admin, test_ledger.values_of_finish(each)
            )
        values = test_ledger.values_of_start(each)
        return transition._Call(
            self.admin, values, table.complete(EVENTS, values)
        )

    def enter(self, calls):
        return transition._apply_all(self.admin, calls)

    def test_a_story_told_in_groups(self):
        @hypothesis.settings(max_examples=test_ledger.EXAMPLES)
        @hypothesis.given(test_ledger.STORIES)
        def check(story):
            called, grouped = (
                test_ledger.Teller(self.admin, way).tell(story)
                for way in (self.as_calls, self.as_groups)
            )
            self.assertEqual(called, grouped)

        check()

    def begun(self):
        db.action_create(
            self.admin,
            {
                'action': 'create',
                'instance_uuid': self.instance_uuid,
                'request_id': 'req-1',
            },
            {'uuid': self.instance_uuid, 'project_id': 'owner'},
        )

    def start(self, name='step', request='req-1', **values):
        values = {
            'event': name,
            'instance_uuid': self.instance_uuid,
            'request_id': request,
            'start_time': NOW,
            **values,
        }
        return transition._Call(
            self.admin, values, table.complete(EVENTS, values)
        )

    def finish(self, name='step', request='req-1', **values):
        return transition._Call(
            self.admin,
            {
                'event': name,
                'instance_uuid': self.instance_uuid,
                'request_id': request,
                'finish_time': NOW,
                'result': 'Success',
                **values,
            },
        )

    def test_several_ends_at_once(self):
        self.begun()
        for name in ('a', 'b', 'c'):
            self.enter([self.start(name)])
        self.enter([self.finish('a')])
        self.enter([self.finish('b'), self.finish('c')])
        action = db.action_get(self.admin, self.instance_uuid, 'req-1')
        self.assertEqual('succeeded', action['status'])

    def test_each_has_its_own_answer(self):
        self.begun()
        handle = str(uuid.uuid4())
        begun, ended, *alone, other, refused = self.enter(
            [
                self.start(),
                self.finish(),
                self.finish(result='Error'),
                self.finish('unknown'),
                self.finish(uuid=str(uuid.uuid4())),
                self.start('more', uuid=handle, host='h'),
                self.finish('more', uuid=handle, host='another'),
            ]
        )
        self.assertEqual('Success', begun['result'])
        self.assertEqual(begun['uuid'], ended['uuid'])
        self.assertEqual([group_commit.ALONE] * 3, alone)
        self.assertEqual(handle, other['uuid'])
        self.assertIsInstance(refused, exception.Forbidden)
        (action,) = db.action_list(self.admin, self.instance_uuid)
        self.assertEqual('running', action['status'])
        self.assertEqual(
            {'step': 'Success', 'more': None},
            {
                row['event']: row['result']
                for row in db.event_list(self.admin, action['id'])
            },
        )

    def test_of_a_request_without_an_action(self):
        for error in self.enter([self.start(), self.finish()]):
            self.assertIsInstance(error, exception.InstanceActionNotFound)


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
