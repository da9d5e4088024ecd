# SPDX-License-Identifier: Apache-2.0
"""A call of a Nova client's is a batch of one: whichever way a story is told,
the same record comes of it."""

import contextlib
import datetime
import uuid

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db import report
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests.unit.db.test_report import NOW
from nova_actions.tests.unit.db.test_report import make
from nova_actions.upkeep import stale_reporter

EXAMPLES = 500 if FULL else 25

SERVERS = REQUESTS = HANDLES = st.integers(0, 2)
SECONDS = st.integers(-5, 60)
NAMES = st.sampled_from(['compute_build', 'compute_check'])
HOSTS = st.sampled_from(['host1', 'host2'])
RESULTS = st.sampled_from(['Success', 'Error'])

ACTION = st.tuples(st.just('action'), SERVERS, REQUESTS, SECONDS)
START = st.tuples(
    st.just('start'),
    SERVERS,
    REQUESTS,
    HANDLES,
    NAMES,
    HOSTS,
    SECONDS,
    st.booleans(),
)
FINISH = st.tuples(st.just('finish'), HANDLES, RESULTS, SECONDS)
END = st.tuples(st.just('end'), st.integers(0, 5), SECONDS)
CRASH = st.tuples(st.just('crash'))
STORIES = st.lists(
    st.one_of(ACTION, START, START, FINISH, FINISH, END, CRASH), max_size=25
)

#: What no two ways of telling have in common.
_OWN = (
    'id',
    'action_id',
    'created_at',
    'updated_at',
    'instance_uuid',
    'uuid',
    'request_id',
    'epoch',
)


class Teller:
    """Tells a story, and reads the record of it.

    :param tell: stores reports
    """

    def __init__(self, admin, tell):
        self._admin, self._tell = admin, tell
        self._epoch = str(uuid.uuid4())
        self.servers = [str(uuid.uuid4()) for _ in range(3)]
        self._handles = {}
        self._started = {}
        self._actions = []
        self._told = []

    def reports(self, story):
        """Yield what is told, a crash as None."""
        for server in self.servers:
            yield make('action', server, 'create', 'req-0')
        for kind, *rest in story:
            made = getattr(self, f'_{kind}')(*rest)
            if made is not None or kind == 'crash':
                yield made

    def _crash(self):
        return None

    def _action(self, server, request, second):
        made = make(
            'action',
            self.servers[server],
            'reboot',
            f'req-{request}',
            start_time=at(second),
        )
        self._actions.append(made)
        return made

    def _end(self, number, second):
        """End one of the actions, maybe again; the last ones have no
        step."""
        if number >= len(self._actions):
            return None
        action = self._actions[-1 - number]
        return {
            **action,
            'kind': 'end',
            'action_uuid': action['uuid'],
            'finish_time': at(second),
        }

    def _start(self, server, request, handle, name, host, second, is_system):
        """Begin a step; the same handle again is a resend."""
        if handle not in self._started:
            self._started[handle] = make(
                'start',
                self.servers[server],
                name,
                f'req-{request}',
                host=host,
                epoch=self._epoch,
                start_time=at(second),
                project_id=None if is_system else 'owner',
            )
        return self._started[handle]

    def _finish(self, handle, result, second):
        start = self._started.get(handle)
        return start and {
            **start,
            'kind': 'finish',
            'result': result,
            'finish_time': at(second),
            'details': result if result == 'Error' else None,
        }

    def tell(self, story):
        batch = []
        for each in self.reports(story):
            if each is None:
                self._tell(batch)
                batch = []
                stale_reporter.close(self._admin, self._epoch, 'it is dead')
            else:
                batch.append(each)
        self._tell(batch)
        return self.record()

    def record(self):
        """Return each server's actions with their events, oldest first."""
        with db.engine().connect() as connection:
            return [
                [
                    (
                        shown(action),
                        [
                            shown(event)
                            for event in connection.execute(
                                sa.select(EVENTS)
                                .where(EVENTS.c.action_id == action['id'])
                                .order_by(EVENTS.c.id)
                            ).mappings()
                        ],
                    )
                    for action in connection.execute(
                        sa.select(ACTIONS)
                        .where(ACTIONS.c.instance_uuid == server)
                        .order_by(ACTIONS.c.id)
                    ).mappings()
                ]
                for server in self.servers
            ]


def at(second):
    return NOW + datetime.timedelta(seconds=second)


def shown(row):
    """Return what is comparable of a row; what a crash has ended, has ended
    now."""
    return {
        name: 'now'
        if isinstance(value, datetime.datetime) and value > at(3600)
        else value
        for name, value in row.items()
        if name not in _OWN
    }


def values_of_start(each):
    return {
        'owner_id': 'owner',
        'event': each['name'],
        **{
            name: each[name]
            for name in (
                'uuid',
                'instance_uuid',
                'request_id',
                'host',
                'epoch',
                'start_time',
                'global_request_id',
            )
        },
    }


def values_of_finish(each):
    return {
        'event': each['name'],
        **{
            name: each[name]
            for name in (
                'uuid',
                'instance_uuid',
                'request_id',
                'host',
                'finish_time',
                'result',
                'details',
            )
        },
    }


class Calls:
    """Tells a story by the calls of which Nova's objects are made."""

    #: Whether the calls want the rows.
    is_whole = True

    def one_by_one(self, reports):
        for each in reports:
            report.apply(self.admin, [each])

    def as_calls(self, reports):
        for each in reports:
            with contextlib.suppress(exception.ActionsException):
                getattr(self, f'call_{each["kind"]}')(each)

    def call_action(self, each):
        owner = None
        if each['name'] == 'create':
            owner = {
                'uuid': each['instance_uuid'],
                'project_id': 'owner',
                'user_id': each['user_id'],
            }
        db.action_create(
            self.admin,
            {
                'owner_id': 'owner',
                'action': each['name'],
                'updated_at': each['start_time'],
                **{
                    name: each[name]
                    for name in (
                        'uuid',
                        'instance_uuid',
                        'request_id',
                        'global_request_id',
                        'user_id',
                        'user_name',
                        'project_id',
                        'project_name',
                        'start_time',
                    )
                },
            },
            owner,
            is_whole=self.is_whole,
        )

    def call_start(self, each):
        db.event_start(
            self.admin,
            values_of_start(each),
            is_system=each['project_id'] is None,
            is_whole=self.is_whole,
        )

    def call_finish(self, each):
        try:
            db.event_finish(
                self.admin, values_of_finish(each), is_whole=self.is_whole
            )
        except exception.InstanceActionEventNotFound as error:
            if error.kwargs.get('action_id') is None:
                # A batch takes an end for the whole event.
                self.one_by_one([each])

    def call_end(self, each):
        with db.engine().connect() as connection:
            action_id = connection.execute(
                sa.select(ACTIONS.c.id).where(
                    ACTIONS.c.uuid == each['action_uuid']
                )
            ).scalar_one()
        db.action_finish(
            self.admin,
            each['instance_uuid'],
            each['request_id'],
            each['finish_time'],
            action_id,
        )


class _Tests(Calls):
    def as_batch(self, reports):
        report.apply(self.admin, reports)

    def as_calls_without_answers(self, reports):
        self.is_whole = False
        self.as_calls(reports)
        self.is_whole = True

    def test_a_story_told_in_four_ways(self):
        @hypothesis.settings(max_examples=EXAMPLES)
        @hypothesis.given(STORIES)
        @hypothesis.example(
            [
                ('action', 0, 0, 0),
                ('start', 0, 0, 0, 'compute_build', 'host1', 1, False),
                ('finish', 0, 'Success', 0),
                ('end', 0, 0),
            ]
        )
        def check(story):
            batched = Teller(self.admin, self.as_batch).tell(story)
            for way in (
                self.one_by_one,
                self.as_calls,
                self.as_calls_without_answers,
            ):
                self.assertEqual(batched, Teller(self.admin, way).tell(story))

        check()


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
