# SPDX-License-Identifier: Apache-2.0
"""What is counted of the rows."""

import datetime

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from nova_actions.db import engine
from nova_actions.db import models
from nova_actions.db import table
from nova_actions.db.stat import fact
from nova_actions.db.stat import mark
from nova_actions.tests.functional import fuzz
from nova_actions.tests.unit.db import old

times = st.datetimes(
    datetime.datetime(1970, 1, 2), datetime.datetime(2100, 1, 1)
)


class _Tests:
    def store(self, *results):
        """Store an action with a step of each result."""
        action = self.action(
            self.instance(),
            1,
            events=0,
            status='succeeded_after_retry',
            finish_time=old.NOW,
        )
        with engine.begun() as connection:
            action_id = (
                connection.execute(
                    models.ACTIONS.select().where(
                        models.ACTIONS.c.uuid == action
                    )
                )
                .one()
                .id
            )
            for number, (result, duration) in enumerate(results):
                connection.execute(
                    models.EVENTS.insert().values(
                        uuid=f'{action_id}-{number}',
                        action_id=action_id,
                        created_at=old.NOW,
                        event='build',
                        host=f'h{number}',
                        start_time=old.NOW,
                        finish_time=result and old.NOW - old.DAY,
                        result=result,
                        duration_us=duration,
                    )
                )

    def facts(self, of_steps):
        with engine.engine().connect() as connection:
            return table.found(connection, fact.of(fact.actions(), of_steps))

    @fuzz.examples(30)
    @given(times)
    def test_unit_is_its_beginning(self, moment):
        with engine.engine().connect() as connection:
            column = sa.literal(moment, models.MicroDateTime)
            day, hour = connection.execute(
                sa.select(
                    *(
                        fact.unit(connection, column, name)
                        for name in ('day', 'hour')
                    )
                )
            ).one()
        self.assertEqual(moment.date().isoformat(), day)
        self.assertEqual(mark.hour_of(moment), fact.time(hour))

    def test_action(self):
        self.store(('Error', 1), ('Success', 2))
        [row] = self.facts(of_steps=False)
        self.assertEqual(
            (1, 1, 'succeeded_after_retry', None, 86_400_000_000),
            tuple(
                row[name]
                for name in ('count', 'retried', 'outcome', 'host', 'longest')
            ),
        )
        self.assertLessEqual(row['bucket'], row['longest'])

    def test_steps(self):
        self.store(('Error', 5), ('Interrupted', None), (None, None))
        rows = sorted(self.facts(of_steps=True), key=lambda row: row['host'])
        # One after the first of the same name is a retry. A clock that went
        # back makes no negative duration.
        self.assertEqual(
            [
                ('failed', 0, 5),
                ('interrupted', 1, 0),
                ('running', 1, None),
            ],
            [(row['outcome'], row['retried'], row['longest']) for row in rows],
        )
        self.assertEqual(
            {old.NOW - old.DAY}, {row['start_time'] for row in rows}
        )


class TestSqlite(_Tests, old.OldRowsTestCase):
    pass


class TestMysql(_Tests, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, old.OldRowsTestCase):
    BACKEND = 'postgresql'
