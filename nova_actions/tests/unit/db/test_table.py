# SPDX-License-Identifier: Apache-2.0
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base as oslo_base

from nova_actions.db import engine
from nova_actions.db import table
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_prepared import NOW


@engine.recorder
def store(connection, rows):
    connection.execute(sa.insert(INSTANCES), rows)


@engine.reader
def read(connection, read_deleted):
    return {
        row['uuid']
        for row in table.found(
            connection,
            sa.select(INSTANCES).where(
                *table.not_deleted(read_deleted, INSTANCES)
            ),
        )
    }


class _Tests:
    def test_a_complete_row_is_what_is_read_again(self):
        row = table.complete(
            INSTANCES, {'project_id': 'p', 'display_name': 'ü \U0001f600'}
        )
        store(
            self.admin,
            [{name: row[name] for name in row if name != 'id'}],
        )
        found = table.stored(self.admin, INSTANCES, row['uuid'])
        self.assertEqual({**row, 'id': found['id']}, found)

    def test_nothing_is_stored_under_an_unknown_uuid(self):
        self.assertIsNone(
            table.stored(self.admin, INSTANCES, self.instance_uuid)
        )

    def test_what_a_context_sees(self):
        rows = [
            table.complete(
                INSTANCES, {'uuid': uuid, 'project_id': 'p', 'deleted': number}
            )
            for uuid, number in (('kept', 0), ('gone', 7))
        ]
        store(
            self.admin,
            [
                {name: row[name] for name in row if name != 'id'}
                for row in rows
            ],
        )
        self.assertEqual({'kept'}, read(self.admin, 'no'))
        self.assertEqual({'gone'}, read(self.admin, 'only'))
        self.assertEqual({'kept', 'gone'}, read(self.admin, 'yes'))


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestComplete(oslo_base.BaseTestCase):
    @given(
        st.sampled_from([INSTANCES, ACTIONS, EVENTS]),
        st.dictionaries(
            st.sampled_from(['uuid', 'project_id', 'event', 'no_column']),
            st.text(),
        ),
    )
    def test_each_column_and_no_other(self, of, values):
        row = table.complete(of, {'created_at': NOW, **values})
        self.assertEqual(table.columns(of), row.keys())
        for name in values.keys() & row.keys():
            self.assertEqual(values[name], row[name])
        for column in of.columns:
            if not column.nullable and column.name in (
                'uuid',
                'created_at',
                'deleted',
                'redactions',
            ):
                self.assertIsNotNone(row[column.name])
