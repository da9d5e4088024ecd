# SPDX-License-Identifier: Apache-2.0
"""The ledger: locks and loads a part of the record, and stores what the
rules have made of it, in one transaction.

The number of statements does not grow with the batch; a call of a Nova
client is a batch of one.
"""

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.db import ledger_events
from nova_actions.db import ledger_store
from nova_actions.db import table
from nova_actions.db.ledger_rules import ACTION
from nova_actions.db.ledger_rules import STEPS
from nova_actions.db.ledger_rules import Action
from nova_actions.db.ledger_rules import EventRow
from nova_actions.db.ledger_rules import Ledger
from nova_actions.db.ledger_rules import Report
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import mark

Row = dict[str, Any]
Reports = Sequence[Report]


def store(
    connection: Any,
    ledger: Ledger,
    news_since: datetime.datetime | None = None,
    is_told: bool = False,
) -> None:
    """Store what the rules have made of a part of the record.

    :param news_since: what happened before that is not told as a change
    :param is_told: whether a single new event gets its id
    """
    changed = ledger.settle()
    _insert_begun(connection, ledger)
    for row, action in ledger.new_events:
        row['action_id'] = action.row['id']
    ledger_store.store_steps(
        connection,
        cast(list[Row], [row for row, _action in ledger.new_events]),
        cast(list[Row], list(ledger.changed_events.values())),
        cast(list[Row], [each.row for each in changed]),
        [
            each
            for each in ledger.transitions
            if news_since is None or each['happened_at'] >= news_since
        ],
        is_told,
    )
    mark.add(
        connection,
        [
            each.row['start_time']
            for each in ledger.actions.values()
            if each.is_new or each.is_touched
        ],
        timeutils.utcnow(),
    )


def _insert_begun(connection: Any, ledger: Ledger) -> None:
    """Store new instances and actions; the actions get their ids."""
    if ledger.new_instances:
        ledger_store.insert(
            connection,
            INSTANCES,
            [table.complete(INSTANCES, row) for row in ledger.new_instances],
        )
    new = [each for each in ledger.actions.values() if each.is_new]
    if new:
        _insert_actions(connection, new)


def _insert_actions(connection: Any, new: Sequence[Action]) -> None:
    whole = [table.complete(ACTIONS, each.row) for each in new]
    ledger_store.insert(connection, ACTIONS, whole)
    ids = {row['uuid']: row['id'] for row in whole}
    if None in ids.values():
        ids = dict(
            connection.execute(
                sa.select(ACTIONS.c.uuid, ACTIONS.c.id).where(
                    ACTIONS.c.uuid.in_(list(ids))
                )
            )
            .tuples()
            .all()
        )
    for each in new:
        each.row['id'] = ids[each.row['uuid']]


#: What the row of a new event has of its report.
_OF_START = (
    'uuid',
    'host',
    'epoch',
    'start_time',
    'details',
    'rules',
    'redactions',
)


def as_entry(report: Mapping[str, Any]) -> Report:
    """Return a report of a batch, which fits, as the rules take it."""
    return cast(
        Report,
        {
            **report,
            'is_system': report['project_id'] is None,
            'row': functools.partial(_new_event, report),
        },
    )


def _new_event(report: Mapping[str, Any]) -> EventRow:
    row = table.complete_fitted(
        EVENTS,
        {
            'event': report['name'],
            **{name: report[name] for name in _OF_START},
        },
    )
    return cast(EventRow, row)


def load(
    connection: Any, entries: Reports, instances: Mapping[str, Row]
) -> Ledger:
    """Lock and load what a batch is about."""
    newest = _newest(connection, entries)
    ids = _actions_meant(connection, entries) | newest
    locked = ledger_store.lock(connection, ids) if ids else []
    events = (
        ledger_events.events(
            connection,
            ids,
            [entry['uuid'] for entry in entries if entry['kind'] in STEPS],
        )
        if ids
        else []
    )
    return Ledger(timeutils.utcnow(), instances, locked, events)


_MEANT = sa.union_all(
    sa.select(EVENTS.c.action_id).where(
        EVENTS.c.uuid.in_(sa.bindparam('events', expanding=True))
    ),
    sa.select(ACTIONS.c.id).where(
        ACTIONS.c.uuid.in_(sa.bindparam('actions', expanding=True))
    ),
    sa.select(ACTIONS.c.id).where(
        ACTIONS.c.instance_uuid.in_(sa.bindparam('instances', expanding=True)),
        ACTIONS.c.request_id.in_(sa.bindparam('requests', expanding=True)),
    ),
)


def _actions_meant(connection: Any, entries: Reports) -> set[int]:
    """Return the ids of the actions that the batch names: by their own
    uuid, by one of their events', or by their request."""
    begun = [entry for entry in entries if entry['kind'] == ACTION]
    others = [entry for entry in entries if entry['kind'] != ACTION]
    steps = [entry for entry in entries if entry['kind'] in STEPS]
    by_request = [entry for entry in others if entry['request_id']]
    return set(
        connection.execute(
            _MEANT,
            {
                'events': _distinct('uuid', steps),
                'actions': sorted(
                    {
                        *_distinct('uuid', begun),
                        *_distinct('action_uuid', others),
                    }
                ),
                'instances': _distinct('instance_uuid', by_request),
                'requests': _distinct('request_id', by_request),
            },
        ).scalars()
    )


def _distinct(name: str, entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return each value of a name once: a start and its end share some."""
    return sorted({entry[name] for entry in entries if entry[name]})


def _newest(connection: Any, entries: Reports) -> set[int]:
    """Return, for each project-less event, the id of the action that was its
    instance's newest when it began."""
    wanted = {
        (entry['instance_uuid'], entry['start_time'])
        for entry in entries
        if entry['is_system'] and entry['kind'] in STEPS
    }
    if not wanted:
        return set()
    queries = []
    for uuid, began in sorted(wanted, key=str):
        query = sa.select(ACTIONS.c.id).where(ACTIONS.c.instance_uuid == uuid)
        if began is not None:
            query = query.where(
                sa.or_(
                    ACTIONS.c.start_time.is_(None),
                    ACTIONS.c.start_time <= began,
                )
            )
        newest = (
            query.order_by(ACTIONS.c.created_at.desc(), ACTIONS.c.id.desc())
            .limit(1)
            .subquery()
        )
        queries.append(sa.select(newest.c.id))
    return set(connection.execute(sa.union_all(*queries)).scalars())


def of_actions(connection: Any, ids: Iterable[int]) -> Ledger:
    """Lock actions and load their events that count."""
    locked = ledger_store.lock(connection, ids)
    return Ledger(
        timeutils.utcnow(),
        {},
        locked,
        ledger_events.events(connection, [row['id'] for row in locked]),
    )
