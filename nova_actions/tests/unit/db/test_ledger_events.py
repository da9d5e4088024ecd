# SPDX-License-Identifier: Apache-2.0
"""What a call reads of an action is what its status hangs on, and does not
grow with the events that the action has."""

import datetime

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies
from oslo_utils import uuidutils

from nova_actions.db import api as db
from nova_actions.db import ledger_events
from nova_actions.db import ledger_locking
from nova_actions.db import status
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base

FEW, MANY = 20, 2000
EXAMPLES = 200 if FULL else 25
#: The steps of some actions, each a name and a result.
STEPS = strategies.lists(
    strategies.lists(
        strategies.tuples(
            strategies.sampled_from(('build', 'resize', 'finish')),
            strategies.sampled_from((None, 'Success', 'Error', 'Interrupted')),
        ),
        max_size=8,
    ),
    min_size=1,
    max_size=3,
)


def at(second):
    return datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=second)


def latest(events):
    """Return when the last of these ended."""
    return max(
        (event['finish_time'] for event in events if event['finish_time']),
        default=None,
    )


def closed(events):
    """Return events as they are when those that are open have succeeded."""
    return [
        dict(event)
        if event['finish_time']
        else {**event, 'result': 'Success', 'finish_time': at(99)}
        for event in events
    ]


def nodes(plan):
    yield plan
    for each in plan.get('Plans', ()):
        yield from nodes(each)


class _Tests:
    def long_action(self, count):
        """Return an action with so many steps, all but one of which
        succeeded."""
        context = self.new_context()
        action = InstanceAction.action_start(context, self.server, 'create')
        event = InstanceActionEvent.event_start(context, self.server, 'step')
        with db.engine().begin() as connection:
            row = dict(
                connection.execute(
                    sa.select(EVENTS).where(EVENTS.c.uuid == event.uuid)
                )
                .mappings()
                .one()
            )
            del row['id']
            connection.execute(
                sa.insert(EVENTS),
                [
                    {
                        **row,
                        'uuid': f'{action.id}-{number}',
                        'event': f'step{number % 3}',
                        'result': 'Success',
                        'finish_time': row['start_time'],
                    }
                    for number in range(count)
                ],
            )
        return {
            'ids': [action.id],
            'action_id': action.id,
            'uuids': [],
            'uuid': event.uuid,
            'id': None,
            'event': 'step2',
            'host': None,
            'request_id': context.request_id,
            'instance_uuid': self.server,
        }

    def action_of(self, steps):
        """Return the id of an action with these steps."""
        context = self.new_context()
        action = InstanceAction.action_start(context, self.server, 'create')
        with db.engine().begin() as connection:
            for number, (name, result) in enumerate(steps):
                connection.execute(
                    sa.insert(EVENTS).values(
                        uuid=uuidutils.generate_uuid(),
                        action_id=action.id,
                        event=name,
                        result=result,
                        redactions=0,
                        deleted=0,
                        start_time=at(0),
                        created_at=at(0),
                        updated_at=at(0),
                        finish_time=at(number) if result else None,
                    )
                )
        return action.id

    def read(self, connection, ids):
        return {
            action_id: list(
                connection.execute(
                    sa.select(EVENTS)
                    .where(EVENTS.c.action_id == action_id)
                    .order_by(EVENTS.c.id)
                ).mappings()
            )
            for action_id in ids
        }

    def test_the_status_hangs_on_what_is_read(self):
        self.server = self.instance_uuid

        @hypothesis.settings(max_examples=EXAMPLES)
        @hypothesis.example(
            [
                [
                    ('build', 'Error'),
                    ('build', 'Success'),
                    ('resize', 'Success'),
                    ('finish', None),
                ]
            ]
        )
        @hypothesis.given(STEPS)
        def check(actions):
            ids = [self.action_of(steps) for steps in actions]
            with db.engine().connect() as connection:
                found = ledger_events.events(connection, ids)
                for action_id, events in self.read(connection, ids).items():
                    those = [
                        row for row in found if row['action_id'] == action_id
                    ]
                    self.assertEqual(latest(events), latest(those))
                    for each in (lambda rows: rows, closed):
                        self.assertEqual(
                            status.derive({}, each(events)),
                            status.derive({}, each(those)),
                        )

        check()

    def test_as_much_is_read_of_a_long_action(self):
        self.server = self.instance_uuid
        few, many = self.long_action(FEW), self.long_action(MANY)
        with (
            db.engine()
            .connect()
            .execution_options(isolation_level='AUTOCOMMIT') as connection
        ):
            for table in (ACTIONS, EVENTS):
                connection.exec_driver_sql(self.ANALYZE.format(table))
        for query in (
            *ledger_locking.BY_HANDLE.queries.values(),
            *ledger_locking.BY_ID.queries.values(),
            *ledger_locking.BY_REQUEST.queries.values(),
            ledger_events._EVENTS,
            ledger_events._EVENTS_MEANT,
        ):
            with db.engine().connect() as connection:
                self.assertLessEqual(
                    self.rows_read(connection, query, many),
                    2 * self.rows_read(connection, query, few) + FEW,
                    str(query),
                )


class TestSqlite(_Tests, base.ObjectTestCase):
    # Its plans are those of a library, without counts.
    test_as_much_is_read_of_a_long_action = None


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
    ANALYZE = 'ANALYZE TABLE {}'

    def rows_read(self, connection, query, values):
        status = "SHOW SESSION STATUS LIKE 'Handler_read%%'"
        connection.exec_driver_sql('FLUSH STATUS')
        connection.execute(query, values).all()
        return sum(
            int(value)
            for _name, value in connection.exec_driver_sql(status).all()
        )


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
    ANALYZE = 'ANALYZE {}'

    def rows_read(self, connection, query, values):
        names = query.compile(dialect=connection.dialect).params
        text = str(
            query.params(
                **{
                    name: value
                    for name, value in values.items()
                    if name in names
                }
            ).compile(
                dialect=connection.dialect,
                compile_kwargs={'literal_binds': True},
            )
        )
        # What then is still read whole has no index that would do.
        connection.exec_driver_sql('SET LOCAL enable_seqscan = off')
        found = connection.exec_driver_sql(
            'EXPLAIN (ANALYZE, FORMAT JSON) ' + text.replace('%', '%%')
        )
        return sum(
            each['Actual Loops']
            * (each['Actual Rows'] + each.get('Rows Removed by Filter', 0))
            for each in nodes(found.scalar_one()[0]['Plan'])
        )
