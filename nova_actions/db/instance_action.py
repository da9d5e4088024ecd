# SPDX-License-Identifier: Apache-2.0
"""Actions: what was asked to be done to an instance."""

import datetime
import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import instance_action_event
from nova_actions.db import ledger
from nova_actions.db import ledger_events
from nova_actions.db import ledger_locking
from nova_actions.db import ledger_rules
from nova_actions.db import ledger_store
from nova_actions.db import page
from nova_actions.db import status
from nova_actions.db import table
from nova_actions.db.change import kind
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import mark
from nova_actions.db.table import Row

#: Characters of a uuid, at the most.
UUID_LENGTH = 36


def _newest(query: Any) -> Any:
    return query.order_by(
        ACTIONS.c.created_at.desc(), ACTIONS.c.id.desc()
    ).limit(1)


def _superseded() -> Any:
    """Return whether a newer action of the same instance has the same request
    id, so that the id alone does not identify this row."""
    newer = ACTIONS.alias()
    return (
        sa.exists()
        .where(
            newer.c.instance_uuid == ACTIONS.c.instance_uuid,
            newer.c.request_id == ACTIONS.c.request_id,
            sa.tuple_(newer.c.created_at, newer.c.id)
            > sa.tuple_(ACTIONS.c.created_at, ACTIONS.c.id),
        )
        .correlate(ACTIONS)
        .label('superseded')
    )


_SHOWN = sa.select(ACTIONS, _superseded())
_NAMES = (*(column.name for column in ACTIONS.columns), 'superseded')


def _may_be_uuid(identifier: str) -> bool:
    """Tell whether an identifier may be an action's uuid: most request ids are
    longer."""
    return len(identifier) <= UUID_LENGTH


def _named(may_be_uuid: bool) -> Any:
    """Return the condition that an identifier is an action's request id or
    uuid."""
    of_request = ACTIONS.c.request_id == sa.bindparam('identifier')
    if not may_be_uuid:
        return of_request
    return sa.or_(of_request, ACTIONS.c.uuid == sa.bindparam('identifier'))


@recorder
def _action_insert(
    connection: Any,
    row: Row,
    owner: Mapping[str, Any] | None,
    is_told: bool,
) -> Row:
    if owner is not None:
        ledger_store.insert(
            connection, INSTANCES, [table.complete(INSTANCES, owner)]
        )
    stored = dict(row)
    ledger_store.insert(
        connection, ACTIONS, [stored], kind.of_new(stored), is_told
    )
    mark.add(connection, [stored['start_time']], timeutils.utcnow())
    return stored


def action_create(
    context: Any,
    values: Mapping[str, Any],
    owner: Mapping[str, Any] | None = None,
    is_whole: bool = True,
) -> Row:
    """Store an action, and register its instance when an owner is given.

    The same uuid again returns the row that is there.

    :param is_whole: whether the row's id is needed, too
    :raises InstanceExists: when the instance has been registered meanwhile
    :raises Conflict: when the uuid belongs to another instance's action
    """
    row = table.complete(ACTIONS, values)
    row['status'] = values.get('status') or status.derive(row)
    try:
        return _action_insert(context, row, owner, is_whole)
    except exception.Conflict:
        found = table.stored(context, ACTIONS, row['uuid'])
        if found and found['instance_uuid'] == row['instance_uuid']:
            return found
        if owner is not None and not found:
            raise exception.InstanceExists(
                instance_uuid=owner['uuid']
            ) from None
        raise


@recorder
def action_finish(
    connection: Any,
    instance_uuid: str,
    request_id: str | None,
    finish_time: datetime.datetime,
    action_id: int | None = None,
) -> Row:
    """End the newest action of a request, or the one of that id.

    :raises InstanceActionNotFound: when there is none
    """
    locking = (
        ledger_locking.BY_REQUEST
        if action_id is None
        else ledger_locking.BY_ID
    )
    locked, events, is_all = locking.found(
        connection,
        {
            'instance_uuid': instance_uuid,
            'request_id': request_id,
            'action_id': action_id,
        },
    )
    if not locked or locked[-1]['instance_uuid'] != instance_uuid:
        raise exception.InstanceActionNotFound(
            request_id=request_id, instance_uuid=instance_uuid
        )
    if not is_all:
        events = ledger_events.events(
            connection, [row['id'] for row in locked]
        )
    book = ledger_rules.Ledger(timeutils.utcnow(), {}, locked, events)
    action = book.actions[locked[-1]['uuid']]
    book.end(action, finish_time)
    ledger.store(connection, book)
    return cast(Row, action.row)


@functools.cache
def _get(may_be_uuid: bool, read_deleted: str) -> Any:
    action = _newest(
        _SHOWN.where(
            ACTIONS.c.instance_uuid == sa.bindparam('instance_uuid'),
            _named(may_be_uuid),
            *table.not_deleted(read_deleted, ACTIONS),
        )
    ).subquery('action')
    return instance_action_event.with_events(
        action, action.columns, action.c.id, read_deleted
    )


@reader
def action_get(
    connection: sa.Connection,
    instance_uuid: str,
    identifier: str,
    read_deleted: str = 'no',
) -> Row | None:
    """Return an action of an instance by its request id (the newest of that
    request) or by its own uuid, with its ``events`` as they were then."""
    row, events = instance_action_event.row_and_events(
        connection,
        _get(_may_be_uuid(identifier), read_deleted),
        _NAMES,
        {'instance_uuid': instance_uuid, 'identifier': identifier},
    )
    if row and identifier in (row['request_id'], row['uuid']):
        return {**row, 'events': events}
    return None


class _Scope(NamedTuple):
    """Which actions a list has."""

    has_instance: bool
    has_project: bool
    read_deleted: str

    def conditions(self) -> list[Any]:
        found = table.not_deleted(self.read_deleted, ACTIONS)
        if self.has_instance:
            found.append(
                ACTIONS.c.instance_uuid == sa.bindparam('instance_uuid')
            )
        if self.has_project:
            found.append(
                ACTIONS.c.instance_uuid.in_(
                    sa.select(INSTANCES.c.uuid).where(
                        INSTANCES.c.project_id == sa.bindparam('project_id')
                    )
                )
            )
        return found


@functools.cache
def _list(
    scope: _Scope, filters: frozenset[str], is_behind: bool, is_limited: bool
) -> Any:
    """Return the query for a list. Without ``superseded`` if the list has all
    newer actions too, from which it follows."""
    at, row_id = ACTIONS.c.created_at, ACTIONS.c.id
    shown = _SHOWN if filters or is_behind else sa.select(ACTIONS)
    query = shown.where(*scope.conditions())
    if 'changes_since' in filters:
        query = query.where(
            ACTIONS.c.updated_at >= sa.bindparam('changes_since')
        )
    if 'changes_before' in filters:
        query = query.where(
            ACTIONS.c.updated_at <= sa.bindparam('changes_before')
        )
    if is_behind:
        place = (
            sa.bindparam('created_at', type_=at.type),
            sa.bindparam('id', type_=row_id.type),
        )
        # MariaDB uses only the first condition to find the place in the index.
        query = query.where(
            at <= place[0], sa.tuple_(at, row_id) < sa.tuple_(*place)
        )
    return page.newest(query, ACTIONS, page.LIMIT if is_limited else None)


@functools.cache
def _position_of(scope: _Scope, may_be_uuid: bool) -> Any:
    return _newest(
        sa.select(
            ACTIONS.c.created_at,
            ACTIONS.c.id,
            ACTIONS.c.request_id,
            ACTIONS.c.uuid,
        ).where(*scope.conditions(), _named(may_be_uuid))
    )


@reader
def action_list(
    connection: sa.Connection,
    instance_uuid: str | None = None,
    project_id: str | None = None,
    limit: int | None = None,
    marker: str | None = None,
    filters: Mapping[str, datetime.datetime] | None = None,
    read_deleted: str = 'no',
    behind: page.Place | None = None,
) -> list[Row]:
    """Return actions, newest first by (created_at, id).

    :param project_id: of the servers' owner
    :param marker: a request id or an action's uuid to continue after
    :param filters: ``changes-since``, ``changes-before``: the window on
        updated_at, both ends inclusive
    :param behind: a place to continue after
    :raises MarkerNotFound: when there is no action of that marker
    """
    if limit == 0:
        return []
    scope = _Scope(
        instance_uuid is not None, project_id is not None, read_deleted
    )
    filters = {
        name.replace('-', '_'): value
        for name, value in (filters or {}).items()
    }
    values = {
        'instance_uuid': instance_uuid,
        'project_id': project_id,
        'limit': limit,
        **filters,
    }
    if marker is not None:
        behind = _position(connection, scope, values, marker)
    if behind is not None:
        values.update(created_at=behind.created_at, id=behind.id)
    found = table.found(
        connection,
        _list(
            scope, frozenset(filters), behind is not None, limit is not None
        ),
        values,
    )
    if not filters and behind is None:
        _mark_superseded(found)
    return found


def _mark_superseded(newest: list[Row]) -> None:
    """Mark those of the newest actions, given in order, that follow another
    one with the same request."""
    seen = set()
    for row in newest:
        key = row['instance_uuid'], row['request_id']
        row['superseded'] = key in seen
        seen.add(key)


@reader
def action_named(
    connection: sa.Connection,
    instance_uuid: str,
    requests: Sequence[str | None],
) -> list[Row]:
    """Return all actions of an instance with one of these request ids,
    deleted ones included, in no particular order."""
    return [
        row
        for some in page.chunks(requests)
        for row in table.found(
            connection,
            sa.select(ACTIONS).where(
                ACTIONS.c.instance_uuid == instance_uuid,
                page.one_of(ACTIONS.c.request_id, some),
            ),
        )
    ]


def _position(
    connection: sa.Connection,
    scope: _Scope,
    values: Mapping[str, Any],
    marker: str,
) -> page.Place:
    found = connection.execute(
        _position_of(scope, _may_be_uuid(marker)),
        {**values, 'identifier': marker},
    ).one_or_none()
    if found is None or marker not in (found.request_id, found.uuid):
        raise exception.MarkerNotFound(marker=marker)
    return page.Place(found.created_at, found.id)
