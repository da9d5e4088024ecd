# SPDX-License-Identifier: Apache-2.0
"""What Galera needs: a change of an action's events changes the action.

Of two nodes it lets one win whose transactions changed the same row. Both
read the events as they were, so the status is right only if both changed the
row that it stands in; an UPDATE that leaves a row as it was is none.
"""

import contextlib
import datetime
import itertools
import uuid

import hypothesis
import sqlalchemy as sa
from hypothesis import stateful
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

EXAMPLES = 300 if FULL else 15

# Before the action, as it is, and after: hosts have clocks of their own.
TIMES = st.sampled_from(
    [
        NOW + datetime.timedelta(seconds=seconds)
        for seconds in (-60, 0, 0.6, 60)
    ]
)
NAMES = st.sampled_from(['compute_build', 'compute_check'])
RESULTS = st.sampled_from(['Success', 'Error'])


class Machine(stateful.RuleBasedStateMachine):
    """Two requests of one server, and all that can be done to their steps."""

    case = None

    def __init__(self):
        super().__init__()
        self.admin = self.case.admin
        self.server = str(uuid.uuid4())
        self.epoch = str(uuid.uuid4())
        self.requests = ['req-1', 'req-2']
        self.handles = []
        self.write(
            report.apply,
            self.admin,
            [
                make(
                    'action',
                    self.server,
                    'create',
                    request_id=request,
                    start_time=NOW,
                )
                for request in self.requests
            ],
        )

    def write(self, function, *args, **kwargs):
        """Do one transaction, and see that it was certified."""
        before = self.rows()
        with contextlib.suppress(exception.ActionsException):
            function(*args, **kwargs)
        after = self.rows()
        for uuid_, (action, events) in after.items():
            was, had = before.get(uuid_, (None, None))
            if events != had:
                assert action != was, (function, args, kwargs)
            if was is not None and action != was:
                assert action['updated_at'] > was['updated_at']

    def rows(self):
        with db.engine().connect() as connection:
            actions = (
                connection.execute(
                    sa.select(ACTIONS).where(
                        ACTIONS.c.instance_uuid == self.server
                    )
                )
                .mappings()
                .all()
            )
            return {
                action['uuid']: (
                    dict(action),
                    [
                        tuple(event)
                        for event in connection.execute(
                            sa.select(EVENTS)
                            .where(EVENTS.c.action_id == action['id'])
                            .order_by(EVENTS.c.id)
                        )
                    ],
                )
                for action in actions
            }

    @stateful.rule(data=st.data(), count=st.integers(1, 3))
    def batch(self, data, count):
        self.write(
            report.apply,
            self.admin,
            [self.reported(data) for _ in range(count)],
        )

    def reported(self, data):
        kind = data.draw(st.sampled_from(['start', 'finish']))
        handle = data.draw(st.sampled_from([None, *self.handles]))
        name = data.draw(NAMES)
        if handle is None:
            handle = str(uuid.uuid4())
            self.handles.append(handle)
        return make(
            kind,
            self.server,
            name,
            uuid=handle,
            epoch=self.epoch,
            request_id=data.draw(st.sampled_from([*self.requests, 'req-x'])),
            project_id=data.draw(st.sampled_from(['owner', None])),
            start_time=data.draw(TIMES),
            **(
                {'finish_time': data.draw(TIMES), 'result': data.draw(RESULTS)}
                if kind == 'finish'
                else {}
            ),
        )

    @stateful.rule(
        name=NAMES,
        at=TIMES,
        is_system=st.booleans(),
        request=st.sampled_from(['req-1', 'req-2', 'req-x']),
    )
    def start(self, name, at, is_system, request):
        handle = str(uuid.uuid4())
        self.handles.append(handle)
        self.write(
            db.event_start,
            self.admin,
            {
                'uuid': handle,
                'event': name,
                'start_time': at,
                'instance_uuid': self.server,
                'request_id': request,
            },
            is_system,
        )

    @stateful.rule(
        name=NAMES,
        at=TIMES,
        result=RESULTS,
        data=st.data(),
        is_system=st.booleans(),
        request=st.sampled_from(['req-1', 'req-2', 'req-x']),
    )
    def finish(self, name, at, result, data, is_system, request):
        self.write(
            db.event_finish,
            self.admin,
            {
                'uuid': data.draw(st.sampled_from([None, *self.handles])),
                'event': name,
                'finish_time': at,
                'result': result,
                'instance_uuid': self.server,
                'request_id': request,
            },
            is_system,
        )

    @stateful.rule()
    def crash(self):
        report.apply(self.admin, [], self.epoch)
        self.write(stale_reporter.close, self.admin, self.epoch, 'it is dead')

    @stateful.rule(at=TIMES, request=st.sampled_from(['req-1', 'req-2']))
    def end(self, at, request):
        self.write(db.action_finish, self.admin, self.server, request, at)


class _Tests:
    def test_changing_events_changes_their_action(self):
        machine = type('M', (Machine,), {'case': self})
        stateful.run_state_machine_as_test(
            machine,
            settings=hypothesis.settings(
                max_examples=EXAMPLES, stateful_step_count=15
            ),
        )

    def test_an_older_end_is_seen_beside_a_newer_one(self):
        """Two hosts whose clocks differ end their steps together."""
        later = NOW + datetime.timedelta(seconds=0.6)
        create = make('action', self.instance_uuid, 'create')
        starts = [
            make('start', self.instance_uuid, name, start_time=NOW)
            for name in ('one', 'other')
        ]
        report.apply(self.admin, [create, *starts])
        seen = [self.updated_at()]
        for start, at in zip(starts, (later, NOW), strict=True):
            report.apply(
                self.admin,
                [
                    {
                        **start,
                        'kind': 'finish',
                        'result': 'Success',
                        'finish_time': at,
                    }
                ],
            )
            seen.append(self.updated_at())
        for earlier, then in itertools.pairwise(seen):
            self.assertLess(earlier, then)

    def updated_at(self):
        return db.action_list(self.admin, self.instance_uuid)[0]['updated_at']


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
