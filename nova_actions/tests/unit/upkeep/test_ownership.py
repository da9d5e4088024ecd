# SPDX-License-Identifier: Apache-2.0
"""Actions of a conductor of the previous release get their owners."""

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import ROLLUP_MARKS
from nova_actions.db.stat import mark
from nova_actions.tests.unit.db import old
from nova_actions.upkeep import ownership


class OwnershipMixin:
    def owners(self):
        with db.engine().connect() as connection:
            return dict(
                connection.execute(
                    sa.select(ACTIONS.c.uuid, ACTIONS.c.owner_id)
                )
                .tuples()
                .all()
            )

    def test_fill(self):
        expected, hours = {}, set()
        for project in ('one', 'two'):
            server = self.instance(project)
            for age in (1, 2, 3):
                expected[self.action(server, age)] = project
                hours.add(mark.hour_of(old.NOW - age * old.DAY))
        kept = self.action(self.instance('three'), 4)
        with db.begun() as connection:
            connection.execute(
                sa.update(ACTIONS)
                .where(ACTIONS.c.uuid.in_(expected))
                .values(owner_id=None)
            )
            connection.execute(
                sa.update(ACTIONS)
                .where(ACTIONS.c.uuid == kept)
                .values(owner_id='before')
            )
            connection.execute(sa.delete(ROLLUP_MARKS))
        ownership.fill(self.admin)
        self.assertEqual({**expected, kept: 'before'}, self.owners())
        with db.engine().connect() as connection:
            self.assertEqual(
                hours,
                {
                    *connection.execute(
                        sa.select(ROLLUP_MARKS.c.hour)
                    ).scalars()
                },
            )


class TestOwnershipSqlite(OwnershipMixin, old.OldRowsTestCase):
    pass


class TestOwnershipMysql(OwnershipMixin, old.OldRowsTestCase):
    BACKEND = 'mysql'


class TestOwnershipPostgresql(OwnershipMixin, old.OldRowsTestCase):
    BACKEND = 'postgresql'
