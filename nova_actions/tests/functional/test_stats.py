# SPDX-License-Identifier: Apache-2.0
"""Statistics against the same counted one by one in memory: whatever has
happened to the rows, and whenever the conductor has counted them."""

import datetime
import json
import math
import uuid
from urllib import parse

import hypothesis
import sqlalchemy as sa
from falcon import testing
from hypothesis import strategies as st
from oslo_utils import timeutils

from nova_actions import sanitize
from nova_actions.api import app
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.db.stat import rollup
from nova_actions.tests import base
from nova_actions.tests import fixtures_follow
from nova_actions.tests.functional import fuzz
from nova_actions.tests.unit.db import test_report
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention
from nova_actions.upkeep import stale_reporter

PROJECTS = ('0a' * 16, '0b' * 16)
READERS = {project: f'user:{project}:reader' for project in PROJECTS}
ADMIN = f'root:{"0c" * 16}:admin'
EPOCH = str(uuid.UUID(int=99))
HOUR = datetime.timedelta(hours=1)
MICROSECOND = datetime.timedelta(microseconds=1)
RESULTS = ('Success', 'Error')

#: Minutes ago: in this hour, which is not counted yet, and before.
ages = st.integers(0, 400)
took = st.one_of(st.integers(0, 300), st.integers(0, 4 * 10**9))
steps = st.tuples(
    st.sampled_from('ef'),
    st.sampled_from(('h', 'i', None)),
    st.one_of(st.none(), took),
    st.sampled_from(RESULTS),
)
actions = st.fixed_dictionaries(
    {
        'server': st.integers(0, 3),
        'name': st.sampled_from('ab'),
        'age': ages,
        'steps': st.lists(steps, max_size=3),
        'ends': st.one_of(st.none(), took),
    }
)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just('record'), actions),
        st.tuples(
            st.just('end'),
            st.tuples(st.integers(0, 5), took, st.sampled_from(RESULTS)),
        ),
        st.tuples(
            st.sampled_from(('count', 'close', 'purge', 'restore')),
            st.integers(1, 3),
        ),
    ),
    max_size=12,
)
questions = st.tuples(
    st.lists(
        st.sampled_from(('action', 'event', 'host', 'project', 'day', 'hour')),
        min_size=1,
        max_size=2,
        unique=True,
    ).filter(lambda by: {*by} != {'day', 'hour'}),
    st.fixed_dictionaries(
        {},
        optional={
            'action': st.sampled_from('ab'),
            'event': st.sampled_from('ef'),
            'host': st.sampled_from(('h', 'i')),
            'status': st.lists(
                st.sampled_from(('running', 'failed')), min_size=1, unique=True
            ),
            'min_duration': st.just('1s'),
            'server': st.integers(0, 3).map(
                lambda number: str(uuid.UUID(int=number))
            ),
        },
    ),
    st.tuples(ages, ages),
)


class Model:
    """The same in memory.

    :param record: actions, each with its steps
    """

    def __init__(self, record):
        self._record = record

    def ask(self, by, equal, window, project):
        """Return the groups: what is counted by -> what has been counted."""
        of_steps = bool({'event', 'host'} & {*by, *equal})
        groups = {}
        for action, events in self._record:
            if not self._matches(action, equal, window, project):
                continue
            for fact in (
                self._steps(events) if of_steps else [self._whole(action)]
            ):
                if any(
                    equal.get(name, fact[name]) != fact[name]
                    for name in ('event', 'host')
                ):
                    continue
                key = tuple(
                    {**fact, **self._shared(action)}[name] for name in by
                )
                groups.setdefault(key, []).append(fact)
        return groups

    def _matches(self, action, equal, window, project):
        after, before = window
        long_enough = 'min_duration' not in equal or (
            action['finish_time'] is not None
            and action['finish_time'] - action['start_time']
            >= datetime.timedelta(seconds=1)
        )
        return (
            long_enough
            and after <= action['start_time'] < before
            and project in (None, action['owner_id'])
            and equal.get('action', action['action']) == action['action']
            and action['status'] in equal.get('status', (action['status'],))
            and equal.get('server', action['instance_uuid'])
            == action['instance_uuid']
        )

    def _shared(self, action):
        began = action['start_time']
        return {
            'action': action['action'],
            'project': action['owner_id'],
            'day': f'{began:%Y-%m-%d}',
            'hour': f'{began:%Y-%m-%dT%H}:00:00Z',
        }

    def _whole(self, action):
        return {
            'event': None,
            'host': None,
            'outcome': action['status'],
            'retried': action['status'] == 'succeeded_after_retry',
            'took': None
            if action['finish_time'] is None
            else (action['finish_time'] - action['start_time']) // MICROSECOND,
        }

    def _steps(self, events):
        seen = set()
        for event in sorted(events, key=lambda event: event['id']):
            ended = event['finish_time'] is not None
            took_us = event['duration_us']
            if ended and took_us is None:
                took_us = (
                    event['finish_time'] - event['start_time']
                ) // MICROSECOND
            yield {
                'event': event['event'],
                'host': event['host'],
                'outcome': {
                    'Success': 'succeeded',
                    'Error': 'failed',
                    'Interrupted': 'interrupted',
                    None: 'running',
                }[event['result']],
                'retried': event['event'] in seen,
                'took': took_us if ended else None,
            }
            seen.add(event['event'])


class _Tests:
    def setUp(self):
        super().setUp()
        self.conf.set_override('auth_strategy', 'noauth2', group='api')
        application = app.create(self.conf)
        self.client = testing.TestClient(
            lambda environ, start: application(environ, start)
        )

    def begin(self):
        """Begin with an empty record."""
        with db.engine().begin() as connection:
            for table in reversed(models.Base.metadata.sorted_tables):
                if table not in (models.SIGNING_KEYS,):
                    connection.execute(sa.delete(table))
            connection.execute(
                sa.insert(models.INSTANCES),
                [
                    {
                        'uuid': str(uuid.UUID(int=number)),
                        'created_at': timeutils.utcnow(),
                        'project_id': PROJECTS[number % 2],
                    }
                    for number in range(4)
                ],
            )
        self.now = timeutils.utcnow()
        self.open = []
        self.purged = {}
        self.archived = []

    # -- what happens -----------------------------------------------------

    def at(self, age):
        return self.now - datetime.timedelta(minutes=age, microseconds=age)

    def report(self, kind, action, name, **values):
        return test_report.make(
            kind,
            str(uuid.UUID(int=action['server'])),
            name,
            action['request'],
            **{
                'start_time': self.at(action['age']),
                'action_uuid': action['uuid'],
                **values,
            },
        )

    def record(self, action):
        action = {
            **action,
            'uuid': str(uuid.uuid4()),
            'request': f'req-{uuid.uuid4()}',
        }
        reports = [
            self.report('action', action, action['name'], uuid=action['uuid'])
        ]
        for event, host, took_us, result in action['steps']:
            start = self.report('start', action, event, host=host, epoch=EPOCH)
            reports.append(start)
            if took_us is None:
                self.open.append((action, start))
            else:
                reports.append(self.ended(start, took_us, result))
        if action['ends'] is not None and action['steps']:
            reports.append(
                self.report(
                    'end',
                    action,
                    action['name'],
                    finish_time=min(
                        self.now,
                        self.at(action['age'])
                        + datetime.timedelta(microseconds=action['ends']),
                    ),
                )
            )
        self.apply(reports)

    def ended(self, start, took_us, result):
        return {
            **start,
            'kind': 'finish',
            'result': result,
            'duration_us': took_us if took_us % 2 else None,
            'finish_time': min(
                self.now,
                start['start_time'] + datetime.timedelta(microseconds=took_us),
            ),
        }

    def apply(self, reports):
        for answer in report.apply(self.admin, reports):
            self.assertIn(answer.verdict, ('applied', 'known'), answer.error)

    def end(self, which):
        number, took_us, result = which
        if self.open:
            action, start = self.open.pop(number % len(self.open))
            uuids = {row['uuid'] for row, _events in fixtures_follow.content()}
            if action['uuid'] in uuids:
                self.apply([self.ended(start, took_us, result)])

    def count(self, times):
        for _ in range(times):
            rollup.advance(self.admin, 'test')

    def close(self, _times):
        stale_reporter.close(self.admin, EPOCH, 'it died')

    def purge(self, _times):
        kept = []
        for _done in retention.purge(
            self.admin,
            retention.Selection(timeutils.utcnow() + HOUR),
            pause=lambda: None,
            sink=lambda rows: kept.extend(
                json.loads(json.dumps(row, default=archive._time_text))
                | {'row': row}
                for row in rows
            ),
        ):
            pass
        for row in kept:
            whole = row.pop('row')
            self.purged[whole['action']['uuid']] = (
                whole['action'],
                whole['events'],
            )
        self.archived += kept

    def restore(self, _times):
        for _done in restore.restore(
            self.admin, self.archived, sanitize.Sanitizer()
        ):
            pass
        self.archived = []

    # -- what is asked ----------------------------------------------------

    def model(self):
        there = {
            action['uuid']: (action, events)
            for action, events in fixtures_follow.content()
        }
        return Model(list({**self.purged, **there}.values()))

    def ask(self, token, by, equal, window, **more):
        after, before = window
        answer = self.client.simulate_get(
            '/v1/stats',
            headers={'X-Auth-Token': token},
            query_string=parse.urlencode(
                {
                    'by': by,
                    **equal,
                    'started_after': f'{after.isoformat()}Z',
                    'started_before': f'{before.isoformat()}Z',
                    **more,
                },
                doseq=True,
            ),
        )
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json

    def check(self, happened, asked, is_counted):
        self.begin()
        for what, how in happened:
            getattr(self, what)(how)
        if is_counted or 'count' in dict(happened):
            # What has changed since an hour was counted is known at the
            # conductor's next turn.
            while rollup.advance(self.admin, 'test'):
                pass
        by, equal, ages_ = asked
        window = sorted(map(self.at, ages_))
        if self.purged:
            # Of hours alone is known what rows there were.
            window = [
                at.replace(minute=0, second=0, microsecond=0) for at in window
            ]
            equal = {
                name: value
                for name, value in equal.items()
                if name in ('action', 'event', 'host')
            }
        window[1] += HOUR
        model = self.model()
        everybody = {**READERS, None: ADMIN}
        for project, token in everybody.items():
            if 'host' in (*by, *equal) and project is not None:
                self.assertEqual(
                    403,
                    self.client.simulate_get(
                        '/v1/stats',
                        headers={'X-Auth-Token': token},
                        query_string=parse.urlencode(
                            {'by': by, **equal}, doseq=True
                        ),
                    ).status_code,
                )
                continue
            more = {} if project else {'all_projects': '1'}
            self.same(
                by,
                model.ask(by, equal, window, project),
                self.ask(token, by, equal, window, **more)['stats'],
            )

    def same(self, by, expected, found):
        self.assertEqual(
            set(expected),
            {tuple(group[name] for name in by) for group in found},
        )
        for group in found:
            facts = expected[tuple(group[name] for name in by)]
            outcomes = [fact['outcome'] for fact in facts]
            self.assertEqual(
                {
                    'count': len(facts),
                    'succeeded': sum(
                        each.startswith('succeeded') for each in outcomes
                    ),
                    'failed': outcomes.count('failed'),
                    'retried': sum(fact['retried'] for fact in facts),
                    'interrupted': outcomes.count('interrupted'),
                    'open': outcomes.count('running'),
                },
                {
                    name: group[name]
                    for name in (
                        'count',
                        'succeeded',
                        'failed',
                        'retried',
                        'interrupted',
                        'open',
                    )
                },
            )
            ended = len(facts) - outcomes.count('running')
            self.assertEqual(
                outcomes.count('failed') / ended if ended else None,
                group['failure_rate'],
            )
            self.same_durations(
                sorted(
                    fact['took'] for fact in facts if fact['took'] is not None
                ),
                group,
            )

    def same_durations(self, values, group):
        self.assertEqual(
            values[-1] / 1e6 if values else None, group['duration_max']
        )
        for percent in (50, 95, 99):
            told = group[f'duration_p{percent}']
            if not values:
                self.assertIsNone(told)
                continue
            exact = values[math.ceil(len(values) * percent / 100) - 1] / 1e6
            self.assertLessEqual(abs(told - exact), exact / 100)


class TestSqlite(_Tests, base.ObjectTestCase):
    @fuzz.examples(15)
    @hypothesis.given(happenings, questions, st.booleans())
    def test_any_history(self, happened, asked, is_counted):
        self.check(happened, asked, is_counted)


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'

    @fuzz.examples(6)
    @hypothesis.given(happenings, questions, st.booleans())
    def test_any_history(self, happened, asked, is_counted):
        self.check(happened, asked, is_counted)


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'

    @fuzz.examples(6)
    @hypothesis.given(happenings, questions, st.booleans())
    def test_any_history(self, happened, asked, is_counted):
        self.check(happened, asked, is_counted)
