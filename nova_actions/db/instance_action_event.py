# SPDX-License-Identifier: Apache-2.0
"""Events: the steps of an action, each on a host."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.db import page
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.table import Row

_NAMES = tuple(column.name for column in EVENTS.columns)
_OWNER_NAMES = tuple(column.name for column in INSTANCES.columns)


@functools.cache
def _get(read_deleted: str) -> Any:
    return sa.select(EVENTS).where(
        EVENTS.c.action_id == sa.bindparam('action_id'),
        EVENTS.c.id == sa.bindparam('event_id'),
        *table.not_deleted(read_deleted, EVENTS),
    )


@functools.cache
def _list(read_deleted: str, is_limited: bool) -> Any:
    return page.newest(
        sa.select(EVENTS).where(
            EVENTS.c.action_id == sa.bindparam('action_id'),
            *table.not_deleted(read_deleted, EVENTS),
        ),
        EVENTS,
        page.LIMIT if is_limited else None,
    )


@functools.cache
def _list_with_owner(read_deleted: str) -> Any:
    return with_events(
        INSTANCES.join(ACTIONS, ACTIONS.c.instance_uuid == INSTANCES.c.uuid),
        INSTANCES.columns,
        ACTIONS.c.id,
        read_deleted,
    ).where(ACTIONS.c.id == sa.bindparam('action_id'))


def with_events(
    source: Any, columns: Iterable[Any], action_id: Any, read_deleted: str
) -> Any:
    """Return the query for one row and, beside it, the newest events of an
    action, as :func:`row_and_events` reads it.

    :param source: what the row is selected from
    :param columns: of the row
    :param action_id: the column with the action's id
    """
    return page.newest(
        sa.select(*columns, *EVENTS.columns).select_from(
            source.outerjoin(
                EVENTS,
                sa.and_(
                    EVENTS.c.action_id == action_id,
                    *table.not_deleted(read_deleted, EVENTS),
                ),
            )
        ),
        EVENTS,
        page.EVENTS,
    )


def row_and_events(
    connection: sa.Connection,
    query: Any,
    names: Sequence[str],
    values: Mapping[str, Any],
) -> tuple[Row | None, list[Row]]:
    """Return the row of such a query, None when there is none, and the
    events.

    :param names: of the row's columns
    :param values: of the query's bind parameters
    """
    found = connection.execute(query, values).all()
    if not found:
        return None, []
    events = [
        dict(zip(_NAMES, row[len(names) :], strict=True)) for row in found
    ]
    return dict(zip(names, found[0], strict=False)), page.within(
        [event for event in events if event['id'] is not None], page.EVENTS
    )


@reader
def event_get(
    connection: sa.Connection,
    action_id: int,
    event_id: int,
    read_deleted: str = 'no',
) -> Row | None:
    found = table.found(
        connection,
        _get(read_deleted),
        {'action_id': action_id, 'event_id': event_id},
    )
    return next(iter(found), None)


@reader
def event_list(
    connection: sa.Connection,
    action_id: int,
    read_deleted: str = 'no',
    limit: int | None = page.EVENTS,
) -> list[Row]:
    """Return the newest events of an action, newest first by (created_at,
    id).

    :param limit: how many at the most, and no more than fit into
        :data:`page.EVENT_BYTES`; None gives all
    """
    return page.within(
        table.found(
            connection,
            _list(read_deleted, limit is not None),
            {'action_id': action_id, 'limit': limit},
        ),
        limit,
    )


@reader
def event_list_with_owner(
    connection: sa.Connection,
    action_id: int,
    read_deleted: str = 'no',
) -> tuple[Row | None, list[Row]]:
    """Return the instance that an action belongs to, None of an unknown
    one, and the action's newest events, as :func:`event_list` does."""
    return row_and_events(
        connection,
        _list_with_owner(read_deleted),
        _OWNER_NAMES,
        {'action_id': action_id},
    )
