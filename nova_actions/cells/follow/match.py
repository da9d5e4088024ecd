# SPDX-License-Identifier: Apache-2.0
"""Which rows of a cell we have already: recorded by ourselves, restored, or
copied from another cell, where their server came from or went to."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from nova_actions.actions import SYSTEM
from nova_actions.cells import pairs
from nova_actions.cells.follow import known
from nova_actions.cells.follow import source_row
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_ROWS

Row = dict[str, Any]

#: How far apart the two starts of one step may be: Nova notes it in a
#: conductor, which may be busy. One host seldom does the same step of one
#: action twice in that time, and then the two are told apart by their order.
APART = datetime.timedelta(seconds=60)

#: What tells events apart.
COLUMNS = [
    EVENTS.c[name]
    for name in (
        'id',
        'uuid',
        'action_id',
        'event',
        'host',
        'start_time',
        'finish_time',
        'result',
        'epoch',
    )
]


def actions(
    connection: sa.Connection, cell: str, new: Iterable[tuple[Row, Row]]
) -> dict[int, Row]:
    """Return our own action of each one that we have already, by its id in
    the cell.

    :param new: rows that are not copied, with their reports
    """
    wanted: dict[tuple[str, str | None], list[Row]] = {}
    uuids: dict[str, int] = {}
    for row, report in new:
        uuids[report['uuid']] = row['id']
        wanted.setdefault(
            (report['instance_uuid'], report['request_id']), []
        ).append({**report, 'id': row['id'], 'action': report['name']})
    if not wanted:
        return {}
    found: dict[int, Row] = {}
    own: dict[tuple[str, str | None], list[Row]] = {}
    for each in _free(connection, cell, wanted, uuids):
        if each['uuid'] in uuids:
            found[uuids[each['uuid']]] = each
        else:
            own.setdefault(
                (each['instance_uuid'], each['request_id']), []
            ).append(each)
    for key, rows in own.items():
        left = [
            each for each in wanted.get(key, ()) if each['id'] not in found
        ]
        found.update(pairs.find(rows, left))
    return found


def _free(
    connection: sa.Connection,
    cell: str,
    keys: Iterable[tuple[str, str | None]],
    uuids: Iterable[str],
) -> list[Row]:
    """Return our own actions that are the same as none of this cell yet."""
    servers = sorted({uuid for uuid, _request in keys})
    requests = sorted({request for _uuid, request in keys if request})
    columns = [
        ACTIONS.c[name]
        for name in (
            'id',
            'uuid',
            'instance_uuid',
            'request_id',
            'action',
            'start_time',
        )
    ]
    queries = [
        sa.select(*columns).where(condition, ~is_of(cell, ACTIONS.c.id))
        for condition in (
            sa.and_(
                ACTIONS.c.instance_uuid.in_(servers),
                ACTIONS.c.request_id.in_(requests),
            ),
            ACTIONS.c.uuid.in_(sorted(uuids)),
        )
    ]
    return [
        dict(each)
        for each in connection.execute(sa.union(*queries)).mappings()
    ]


def is_of(
    cell: str, action_id: sa.ColumnElement[int], *more: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Whether an action of ours is one of a cell's, too."""
    return sa.exists().where(
        FOLLOWED_ROWS.c.action_id == action_id,
        FOLLOWED_ROWS.c.cell == cell,
        FOLLOWED_ROWS.c.source == source_row.ACTIONS,
        *more,
    )


def events(
    connection: sa.Connection, cell: str, new: Iterable[tuple[int, int, Row]]
) -> dict[int, Row]:
    """Return our own event of each one that we have already, by its id in
    the cell.

    :param new: ids of events that are not copied, with those of our own
        actions, and their reports
    """
    wanted = [
        {
            'id': source_id,
            'action_id': action_id,
            'host': report['host'],
            'event': report['name'],
            'start_time': report['start_time'],
        }
        for source_id, action_id, report in new
    ]
    if not wanted:
        return {}
    requests = of_requests(connection, {each['action_id'] for each in wanted})
    copies = known.events_of(connection, cell, requests)
    found = same(
        requests,
        free(
            connection,
            cell,
            copies,
            requests,
            EVENTS.c.event.in_(sorted({each['event'] for each in wanted})),
        ),
        wanted,
    )
    return {
        **found,
        **projectless(
            connection,
            cell,
            [each for each in wanted if each['id'] not in found],
        ),
    }


def projectless(
    connection: sa.Connection, cell: str, wanted: Iterable[Row]
) -> dict[int, Row]:
    """Return our own event of each one that no request has asked for.

    What a service does by itself has an action ``system`` here; Nova adds it
    to the newest action of the server, whatever that is.

    :param wanted: events with the ids of our actions that they would be in
    """
    dated = [each for each in wanted if each['start_time']]
    if not dated:
        return {}
    ids = {each['action_id'] for each in dated}
    servers = dict(
        map(
            tuple,
            connection.execute(
                sa.select(ACTIONS.c.id, ACTIONS.c.instance_uuid).where(
                    ACTIONS.c.id.in_(sorted(ids))
                )
            ),
        )
    )
    starts = [each['start_time'] for each in dated]
    own = connection.execute(
        sa.select(*COLUMNS, ACTIONS.c.instance_uuid)
        .join(ACTIONS, ACTIONS.c.id == EVENTS.c.action_id)
        .where(
            ACTIONS.c.instance_uuid.in_(sorted(set(servers.values()))),
            ACTIONS.c.action == SYSTEM,
            EVENTS.c.epoch.is_not(None),
            EVENTS.c.start_time.between(
                min(starts) - APART, max(starts) + APART
            ),
        )
    ).mappings()
    taken = {
        copy.own_id for copy in known.events_of(connection, cell, ids).values()
    }
    return pairs.find(
        [dict(row) for row in own if row['id'] not in taken],
        [
            {**each, 'instance_uuid': servers[each['action_id']]}
            for each in dated
        ],
        lambda event: (event['instance_uuid'], event['event'], event['host']),
        APART,
    )


def of_requests(
    connection: sa.Connection,
    action_ids: Collection[int],
) -> dict[int, int]:
    """Return the ids of all actions of the requests of some, and the first
    of each request.

    To which of them a step belongs Nova does not tell: it takes the newest.
    """
    some, other = ACTIONS.alias('some'), ACTIONS.alias('other')
    rows = connection.execute(
        sa.select(other.c.id, sa.func.min(some.c.id))
        .join(
            some,
            sa.and_(
                some.c.instance_uuid == other.c.instance_uuid,
                some.c.request_id == other.c.request_id,
            ),
        )
        .where(some.c.id.in_(sorted(action_ids)))
        .group_by(other.c.id)
    )
    return {**{each: each for each in action_ids}, **dict(map(tuple, rows))}


def same(
    requests: Mapping[int, int], own: Iterable[Row], others: Iterable[Row]
) -> dict[int, Row]:
    """Return our own event of each one that is the same, by its id."""
    return pairs.find(
        own,
        others,
        lambda event: (
            requests[event['action_id']],
            event['event'],
            event['host'],
        ),
        APART,
    )


def free(
    connection: sa.Connection,
    cell: str,
    copies: known.Copies,
    action_ids: Collection[int],
    *more: sa.ColumnElement[bool],
) -> list[Row]:
    """Return our own events that are the same as none of this cell yet.

    :param copies: what was made of the cell's events of those actions
    :param more: further conditions
    """
    taken = {copy.own_id for copy in copies.values()}
    uuids = {
        uuid
        for source_id, copy in copies.items()
        for uuid in uuids_of(cell, source_id, copy.attempts)
    }
    return [
        dict(row)
        for row in connection.execute(
            sa.select(*COLUMNS).where(
                EVENTS.c.action_id.in_(sorted(action_ids)), *more
            )
        ).mappings()
        if row['id'] not in taken and row['uuid'] not in uuids
    ]


def uuids_of(cell: str, source_id: int, attempts: int) -> list[str]:
    """Return the uuids of our copies of a cell's event."""
    return [
        source_row.event_uuid(cell, source_id, attempt)
        for attempt in range(1, attempts + 1)
    ]


def seen(own: Row) -> str | None:
    """Return what is noted of an event that is the same as one of ours: an
    end is waited for where nobody tells us ours."""
    is_told = own['epoch'] is not None or own['finish_time'] is not None
    return None if is_told else known.OPEN
