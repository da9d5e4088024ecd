# SPDX-License-Identifier: Apache-2.0
"""How far back the record goes."""

import datetime

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db.models import HORIZONS
from nova_actions.tests import base
from nova_actions.upkeep import horizon

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 1, 5)


class HorizonMixin:
    def test_it_only_rises(self):
        """A purge of less does not bring back what is gone."""
        highest = START
        for days in (0, 3, 1, 3, 2, 5):
            horizon.raise_to(self.admin, START + days * DAY)
            highest = max(highest, START + days * DAY)
            with db.engine().connect() as connection:
                self.assertEqual(
                    [highest],
                    connection.execute(sa.select(HORIZONS.c.before))
                    .scalars()
                    .all(),
                )


class TestHorizonSqlite(HorizonMixin, base.ObjectTestCase):
    pass


class TestHorizonMysql(HorizonMixin, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestHorizonPostgresql(HorizonMixin, base.ObjectTestCase):
    BACKEND = 'postgresql'
