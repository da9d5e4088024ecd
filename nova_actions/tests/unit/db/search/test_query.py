# SPDX-License-Identifier: Apache-2.0
import datetime

import sqlalchemy as sa
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.search.query import Elapsed
from nova_actions.db.search.query import Query
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz

NOW = datetime.datetime(2026, 1, 5)
times = st.datetimes(
    datetime.datetime(1970, 1, 2), datetime.datetime(2100, 1, 1)
)


class _Tests:
    def setUp(self):
        super().setUp()
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.INSTANCES).values(
                    uuid=self.instance_uuid, created_at=NOW, project_id='p'
                )
            )

    @fuzz.examples(30)
    @example(NOW, NOW.replace(microsecond=999_500))
    @given(st.one_of(st.none(), times), st.one_of(st.none(), times))
    def test_elapsed(self, start, end):
        table = models.ACTIONS
        with db.engine().connect() as connection:
            connection.execute(
                sa.insert(table).values(
                    uuid=self.instance_uuid,
                    instance_uuid=self.instance_uuid,
                    action='a',
                    status='running',
                    created_at=NOW,
                    start_time=start,
                    finish_time=end,
                )
            )
            took = connection.execute(
                sa.select(Elapsed(table.c.start_time, table.c.finish_time))
            ).scalar_one()
            connection.rollback()
        self.assertEqual(
            None
            if start is None or end is None
            else (end - start) // datetime.timedelta(microseconds=1),
            took,
        )


class TestSqlite(_Tests, base.ObjectTestCase):
    def test_within_a_project_only_what_is_its_own_is_read(self):
        asked = {
            'equal': {
                'host': 'h',
                'event': 'e',
                'user_id': 'u',
                'action': 'a',
                'request_id': 'r',
                'server_name': 'n',
            },
            'statuses': ('failed',),
        }
        owned = Query(owner_id='p', **asked).narrow()
        self.assertEqual(2, len(owned))
        for query in owned:
            self.assertRegex(str(query), 'owner_id =|project_id =')
        self.assertEqual(7, len(Query(**asked).narrow()))


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
