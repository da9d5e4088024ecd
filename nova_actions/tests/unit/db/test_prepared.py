# SPDX-License-Identifier: Apache-2.0
import datetime
from unittest import mock

import fixtures
import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.db import prepared
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base

NOW = datetime.datetime(2026, 1, 5, 13, 38, 20, 123456)

_NAMED = sa.select(models.ACTIONS.c.message).where(
    models.ACTIONS.c.message == sa.bindparam('message')
)
#: PostgreSQL cannot tell what the parameter is.
_UNTYPED = sa.select(sa.bindparam('anything').is_(None))


@engine.recorder
def execute(connection, query, values):
    return connection.execute(query, values).all()


@engine.recorder
def prepared_there(connection):
    return (
        connection.exec_driver_sql(
            'SELECT statement FROM pg_prepared_statements'
        )
        .scalars()
        .all()
    )


@engine.recorder
def end(connection):
    connection.exec_driver_sql('DEALLOCATE ALL')


class TestPrepared(base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(prepared, 'THRESHOLD', 2))
        self.addCleanup(setattr, prepared, '_is_on', True)

    def find(self, message):
        return execute(self.context, _NAMED, {'message': message})

    def test_what_comes_often_is_prepared(self):
        for _ in range(2):
            self.find('one')
            self.assertFalse(self.has(_NAMED))
        self.find('one')
        self.assertTrue(self.has(_NAMED))

    def has(self, query):
        text = str(query).partition('=')[0].replace('\n', ' ')
        return any(
            text in found.replace('\n', ' ')
            for found in prepared_there(self.context)
        )

    def test_answers_are_the_same(self):
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.INSTANCES).values(
                    uuid=self.instance_uuid, project_id='p', created_at=NOW
                )
            )
            values = ["it's", '100 %', '%(message)s', '$1', '\\', 'ü', '', '1']
            connection.execute(
                sa.insert(models.ACTIONS),
                [
                    {
                        'uuid': f'{number}',
                        'instance_uuid': self.instance_uuid,
                        'action': 'stop',
                        'status': 'running',
                        'message': value,
                        'created_at': NOW,
                    }
                    for number, value in enumerate(values)
                ],
            )
        for _ in range(4):
            for value in (*values, None, 'other'):
                self.assertEqual(
                    [(value,)] if value in values else [], self.find(value)
                )

    def test_a_value_that_does_not_fit_is_refused_as_ever(self):
        for number in range(5):
            self.assertRaises(exception.Invalid, self.insert, 'x' * 256)
            self.insert('x' * 255, str(number))
            self.assertRaises(
                exception.Conflict, self.insert, 'x', str(number)
            )
        self.assertTrue(
            any(
                'INSERT INTO instances' in found
                for found in prepared_there(self.context)
            )
        )

    @staticmethod
    @engine.recorder
    def _insert(connection, project, uuid):
        connection.execute(
            sa.insert(models.INSTANCES),
            {'uuid': uuid, 'project_id': project, 'created_at': NOW},
        )

    def insert(self, project, uuid='other'):
        self._insert(self.context, project, uuid)

    def test_one_that_the_server_has_lost(self):
        for _ in range(3):
            self.find('one')
        end(self.context)
        # As behind a pooler that gives each transaction another one.
        self.assertEqual([], self.find('one'))
        self.assertEqual([], self.find('one'))
        self.assertFalse(self.has(_NAMED))

    def test_one_whose_columns_change(self):
        for _ in range(3):
            self.find('one')
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                'ALTER TABLE instance_actions ALTER message TYPE text'
            )
        self.assertEqual([], self.find('one'))

    def test_one_that_cannot_be_prepared(self):
        logged = self.useFixture(fixtures.FakeLogger())
        for number in range(4):
            self.assertEqual(
                [(number == 1,)],
                execute(
                    self.context,
                    _UNTYPED,
                    {'anything': None if number == 1 else number},
                ),
            )
        self.assertEqual(1, len(logged.output.splitlines()), logged.output)

    def test_a_record_goes_on_when_all_are_lost(self):
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        for number in range(6):
            if number == 4:
                end(self.context)
            context = self.new_context(request_id=f'req-{number}')
            InstanceAction.action_start(context, self.instance_uuid, 'stop')
            InstanceAction.action_finish(context, self.instance_uuid)
        found = InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid
        )
        self.assertEqual(
            ['succeeded'] * 6 + ['running'], [each.status for each in found]
        )
        self.assertEqual(7, len({each.request_id for each in found}))

    def test_there_is_a_limit(self):
        self.enterContext(mock.patch.object(prepared, 'LIMIT', 3))
        queries = [
            sa.select(sa.literal_column(f'{number}')) for number in range(5)
        ]
        for query in queries:
            for _ in range(4):
                execute(self.context, query, {})
        for query in queries * 3:
            execute(self.context, query, {})
        self.assertEqual(3, len(prepared_there(self.context)))
