# SPDX-License-Identifier: Apache-2.0
"""The search across servers, against the same question asked of a list in
memory: any filters, any order, any page, any asker."""

import datetime
import itertools
import uuid
from unittest import mock
from urllib import parse

import hypothesis
import sqlalchemy as sa
from falcon import testing
from hypothesis import strategies as st

from nova_actions.api import app
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.search import scan
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz

PROJECTS = ('0a' * 16, '0b' * 16)
START = datetime.datetime(2026, 1, 5, 12)
READERS = {project: f'user:{project}:reader' for project in PROJECTS}
ADMIN = f'root:{"0c" * 16}:admin'

#: Few values, so that filters meet and times are equal.
rows = st.lists(
    st.fixed_dictionaries(
        {
            'server': st.integers(0, 3),
            'action': st.sampled_from('ab'),
            'status': st.sampled_from(('running', 'failed', 'succeeded')),
            'user_id': st.sampled_from(('u', 'v', None)),
            'request_id': st.sampled_from(('req-1', 'req-2')),
            'started': st.one_of(st.none(), st.integers(0, 5)),
            'updated': st.one_of(st.none(), st.integers(0, 5)),
            'steps': st.lists(
                st.tuples(st.sampled_from('ef'), st.sampled_from(('h', 'i'))),
                max_size=3,
            ),
        }
    ),
    max_size=14,
)


def _at(hours):
    return None if hours is None else START + datetime.timedelta(hours=hours)


times = st.integers(0, 5).map(lambda hours: f'{_at(hours).isoformat()}Z')
filters = st.fixed_dictionaries(
    {},
    optional={
        'server': st.integers(0, 3).map(
            lambda number: str(uuid.UUID(int=number))
        ),
        'server_name': st.sampled_from(('n0', 'n1')),
        'action': st.sampled_from('ab'),
        'user_id': st.just('u'),
        'request_id': st.just('req-1'),
        'event': st.sampled_from('ef'),
        'status': st.lists(
            st.sampled_from(('running', 'failed')), min_size=1, unique=True
        ),
        'started_after': times,
        'updated_before': times,
        'min_duration': st.sampled_from(('1h', '2h')),
        'open_longer_than': st.just('1s'),
        'sort': st.sampled_from(
            ('started_at', 'started_at:asc', 'updated_at', 'updated_at:asc')
        ),
    },
)


#: What is stored, what is asked for, the size of a page, how many are few,
#: and how many rows a page may visit.
searches = st.tuples(
    rows, filters, st.integers(1, 5), st.integers(0, 6), st.integers(1, 9)
)


class Model:
    """The same in memory."""

    def __init__(self, stored):
        self.stored = stored

    def matches(self, row, asked):
        steps = {step for step, _host in row['steps']}
        started, updated = _at(row['started']), _at(row['updated'])
        took = (
            None
            if None in (started, updated) or (row['status'] == 'running')
            else max(updated, started) - started
        )
        tests = {
            'server': lambda value: str(uuid.UUID(int=row['server'])) == value,
            'server_name': lambda value: f'n{row["server"] % 2}' == value,
            'event': lambda value: value in steps,
            'status': lambda value: row['status'] in value,
            'started_after': lambda value: (
                started is not None and (f'{started.isoformat()}Z' >= value)
            ),
            'updated_before': lambda value: (
                updated is not None and (f'{updated.isoformat()}Z' < value)
            ),
            'min_duration': lambda value: (
                took is not None
                and (took >= datetime.timedelta(hours=int(value[0])))
            ),
            'open_longer_than': lambda _value: (
                started is not None and (row['status'] == 'running')
            ),
            'sort': lambda value: (
                value != 'updated_at:asc' or (updated is not None)
            ),
        }
        return all(
            tests[name](value) if name in tests else row[name] == value
            for name, value in asked.items()
        )

    def find(self, asked, project):
        found = [
            row
            for row in self.stored
            if self.matches(row, asked)
            and (project is None or row['owner'] == project)
        ]
        name, _, direction = asked.get('sort', 'started_at').partition(':')
        name = name.removesuffix('_at')
        timed = [row for row in found if row[name] is not None]
        rest = [row for row in found if row[name] is None]
        is_descending = direction != 'asc'
        return [
            row['uuid']
            for row in [
                *sorted(
                    timed,
                    key=lambda row: (row[name], row['uuid']),
                    reverse=is_descending,
                ),
                *sorted(
                    rest, key=lambda row: row['uuid'], reverse=is_descending
                ),
            ]
        ]


class _Tests:
    def setUp(self):
        super().setUp()
        self.conf.set_override('auth_strategy', 'noauth2', group='api')
        application = app.create(self.conf)
        self.client = testing.TestClient(
            lambda environ, start: application(environ, start)
        )

    def fill(self, drawn):
        """Store what was drawn in place of what is there."""
        stored = [
            {
                **row,
                'uuid': str(uuid.uuid4()),
                'owner': PROJECTS[row['server'] % 2],
            }
            for row in drawn
        ]
        with db.engine().begin() as connection:
            for table in (models.EVENTS, models.ACTIONS, models.INSTANCES):
                connection.execute(sa.delete(table))
            connection.execute(
                sa.insert(models.INSTANCES),
                [
                    {
                        'uuid': str(uuid.UUID(int=number)),
                        'created_at': START,
                        'project_id': PROJECTS[number % 2],
                        'display_name': f'n{number % 2}',
                    }
                    for number in range(4)
                ],
            )
            for row in stored:
                self.insert(connection, row)
        return Model(stored)

    def insert(self, connection, row):
        started, updated = _at(row['started']), _at(row['updated'])
        finished = (
            None
            if row['status'] == 'running' or updated is None
            else (max(updated, started or updated))
        )
        action_id = connection.execute(
            sa.insert(models.ACTIONS).values(
                uuid=row['uuid'],
                instance_uuid=str(uuid.UUID(int=row['server'])),
                owner_id=row['owner'],
                created_at=START,
                start_time=started,
                updated_at=updated,
                finish_time=finished,
                **{
                    name: row[name]
                    for name in ('action', 'status', 'user_id', 'request_id')
                },
            )
        ).inserted_primary_key[0]
        for step, host in row['steps']:
            connection.execute(
                sa.insert(models.EVENTS).values(
                    uuid=str(uuid.uuid4()),
                    action_id=action_id,
                    event=step,
                    host=host,
                    created_at=START,
                )
            )

    def get(self, token, query, path='/v1/actions'):
        return self.client.simulate_get(
            path, query_string=query, headers={'X-Auth-Token': token}
        )

    def pages(self, token, asked, limit):
        """Return the uuids of all pages, and how many each has."""
        query = parse.urlencode({**asked, 'limit': limit}, doseq=True)
        found, sizes = [], []
        while True:
            answer = self.get(token, query)
            self.assertEqual(200, answer.status_code, answer.text)
            shown = [row['uuid'] for row in answer.json['actions']]
            found += shown
            sizes.append(len(shown))
            if not answer.json['links']:
                return found, sizes
            query = answer.json['links'][0]['href'].partition('?')[2]

    def check(self, drawn, asked, limit, few, visits):
        model = self.fill(drawn)
        with (
            mock.patch.object(scan, 'FEW', few),
            mock.patch.object(scan, 'VISITS', visits),
        ):
            for project, token in READERS.items():
                mine, sizes = self.pages(token, asked, limit)
                self.assertEqual(model.find(asked, project), mine)
                # What others have changes nothing, not the pages either.
                self.fill_others(project)
                self.assertEqual(
                    (mine, sizes), self.pages(token, asked, limit)
                )
                self.remove_others()
            found, _sizes = self.pages(
                ADMIN, {**asked, 'all_projects': '1'}, limit
            )
            self.assertEqual(model.find(asked, None), found)

    def fill_others(self, project):
        (other,) = set(PROJECTS) - {project}
        self.added = [
            {
                'server': PROJECTS.index(other),
                'owner': other,
                'uuid': str(uuid.uuid4()),
                'action': 'a',
                'status': 'running',
                'user_id': 'u',
                'request_id': 'req-1',
                'started': hour,
                'updated': hour,
                'steps': [('e', 'h')],
            }
            for hour in range(6)
        ]
        with db.engine().begin() as connection:
            for row in self.added:
                self.insert(connection, row)

    def remove_others(self):
        uuids = [row['uuid'] for row in self.added]
        with db.engine().begin() as connection:
            ids = (
                connection.execute(
                    sa.select(models.ACTIONS.c.id).where(
                        models.ACTIONS.c.uuid.in_(uuids)
                    )
                )
                .scalars()
                .all()
            )
            connection.execute(
                sa.delete(models.EVENTS).where(
                    models.EVENTS.c.action_id.in_(ids)
                )
            )
            connection.execute(
                sa.delete(models.ACTIONS).where(models.ACTIONS.c.id.in_(ids))
            )


class TestSqlite(_Tests, base.ObjectTestCase):
    @fuzz.examples(60)
    @hypothesis.given(searches)
    def test_any_search(self, drawn):
        self.check(*drawn)

    def test_a_cursor_is_of_one_search(self):
        self.fill(
            [
                {
                    'server': 0,
                    'action': 'a',
                    'status': 'failed',
                    'user_id': 'u',
                    'request_id': 'req-1',
                    'started': hour,
                    'updated': hour,
                    'steps': [],
                }
                for hour in range(3)
            ]
        )
        token = READERS[PROJECTS[0]]
        first = self.get(token, 'limit=1&action=a').json
        query = parse.parse_qs(first['links'][0]['href'].partition('?')[2])
        cursor = query['cursor'][0]
        self.assertEqual(
            200,
            self.get(token, f'limit=2&action=a&cursor={cursor}').status_code,
        )
        for other in (
            'action=b',
            'action=a&status=failed',
            '',
            'action=a&sort=started_at:asc',
        ):
            answer = self.get(token, f'{other}&cursor={cursor}')
            self.assertEqual(400, answer.status_code, other)
            self.assertIn('cursor', answer.text)
        for at, letter in itertools.product(range(0, len(cursor), 7), 'Ab'):
            forged = cursor[:at] + letter + cursor[at + 1 :]
            if forged != cursor:
                self.assertEqual(
                    400,
                    self.get(token, f'action=a&cursor={forged}').status_code,
                )
        # It goes with one project, and carries no rights.
        asked = f'action=a&cursor={cursor}'
        for token, more, status in (
            (READERS[PROJECTS[1]], '', 400),
            (ADMIN, '&all_projects', 400),
            (ADMIN, f'&project_id={PROJECTS[0]}', 200),
            (READERS[PROJECTS[1]], f'&project_id={PROJECTS[0]}', 403),
        ):
            self.assertEqual(
                status, self.get(token, asked + more).status_code, more
            )

    def test_written_to_while_it_is_read(self):
        """No row twice, and none is skipped that was there all the time."""
        model = self.fill(
            [
                {
                    'server': 0,
                    'action': 'a',
                    'status': 'failed',
                    'user_id': 'u',
                    'request_id': 'req-1',
                    'started': number % 4,
                    'updated': number % 4,
                    'steps': [],
                }
                for number in range(40)
            ]
        )
        token = READERS[PROJECTS[0]]
        for order in ('started_at:asc', 'started_at:desc'):
            found, query = [], f'limit=3&sort={order}'
            purged = {row['uuid'] for row in model.stored[5:40:5]}
            for turn in itertools.count():
                answer = self.get(token, query).json
                found += [row['uuid'] for row in answer['actions']]
                if not answer['links']:
                    break
                query = answer['links'][0]['href'].partition('?')[2]
                with db.engine().begin() as connection:
                    self.insert(
                        connection,
                        {
                            **model.stored[0],
                            'uuid': str(uuid.uuid4()),
                            'started': turn % 4,
                        },
                    )
                    connection.execute(
                        sa.delete(models.ACTIONS).where(
                            models.ACTIONS.c.uuid
                            == model.stored[5 * (turn % 7) + 5]['uuid']
                        )
                    )
            self.assertEqual(len(found), len(set(found)))
            self.assertLessEqual(
                {row['uuid'] for row in model.stored} - purged, set(found)
            )


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'

    @fuzz.examples(15)
    @hypothesis.given(searches)
    def test_any_search(self, drawn):
        self.check(*drawn)


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'

    @fuzz.examples(15)
    @hypothesis.given(searches)
    def test_any_search(self, drawn):
        self.check(*drawn)
