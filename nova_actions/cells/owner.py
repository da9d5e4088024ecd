# SPDX-License-Identifier: Apache-2.0
"""Whose a server is: what every rule check needs.

A server's owner never changes, so the answer is remembered for the life of
the process (bounded), with the cell that knows the server too. Whether a
server is deleted may change, so a caller to whom that matters asks afresh.
"""

import threading
import time
from collections.abc import Iterable
from typing import Any

from nova_actions import exception
from nova_actions.cells import registry
from nova_actions.cells.cell import Cell
from nova_actions.context import RequestContext
from nova_actions.db import api

Row = dict[str, Any]

#: How many owners a process remembers; about 100 bytes each.
REMEMBERED = 50_000

#: For how many seconds a server of our own that no cell has is not looked
#: for in the cells again.
ABSENT = 60.0

_lock = threading.Lock()
_known: dict[str, Row] = {}


def find(
    context: RequestContext, uuid: str, fresh: bool = False
) -> Row | None:
    """Return the instance of that uuid, None when nobody knows it. One that
    only a cell knows has no ``id``.

    :param fresh: do not answer from memory
    :raises Unavailable: when a database that may know it does not answer
    """
    known = _known.get(uuid)
    # For a stranger the work is the same whether it exists or not.
    if known is not None and not fresh and _is_trusted(context, known):
        return known
    found = _look_up(context, uuid, known, fresh)
    if found is not None:
        _remember(found)
    return found


def _look_up(
    context: RequestContext, uuid: str, known: Row | None, fresh: bool
) -> Row | None:
    """Ask our own database and the cells for an instance.

    :param known: what was remembered of it
    """
    own = api.instance_get(context, uuid)
    if not registry.cells():
        return own
    stranger = _is_stranger(context, own or known)
    if own is None:
        hint = None if stranger else (known or {}).get('cell')
        return registry.instance(
            uuid, hint, lambda row: not _is_stranger(context, row)
        )
    if stranger:
        # The same work, and the same error of a silent cell, as for an
        # unknown server.
        registry.instance(uuid, is_shown=lambda _row: False)
        return own
    return _beside(own, known or {}, fresh)


def _beside(own: Row, known: Row, fresh: bool) -> Row:
    """Return an instance of our own database with what a cell knows of it:
    deleted or not, and its name."""
    where: Row = {
        name: known[name] for name in ('cell', 'absent_until') if name in known
    }
    cell = where.get('cell')
    if not fresh or where.get('absent_until', 0) > time.monotonic():
        return {**own, **where}
    try:
        seen = registry.instance(own['uuid'], cell)
    except exception.CellUnavailable:
        if cell is not None:
            raise
        # It is known here, so the silent cell need not be asked.
        return own
    if seen is None:
        return {**own, 'cell': None, 'absent_until': time.monotonic() + ABSENT}
    return {
        **own,
        **{
            name: seen[name]
            for name in ('deleted', 'deleted_at', 'display_name', 'cell')
        },
    }


def cell_of(context: RequestContext, uuid: str) -> Cell | None:
    """Return the cell whose record of a server is to be read too.

    :raises Unavailable: when a database that may know it does not answer
    """
    if not registry.cells():
        return None
    found = find(context, uuid)
    if found is not None and (
        not found.get('cell')
        and found.get('absent_until', 0) <= time.monotonic()
    ):
        found = find(context, uuid, fresh=True)
    name = found and found.get('cell')
    return registry.get(name) if name else None


def elsewhere(
    uuids: Iterable[str],
) -> tuple[dict[str, Row], dict[str, exception.Unavailable]]:
    """Return the servers that the cells know, and for each that a silent
    one may know the error, by uuid.

    :param uuids: of servers that our own database does not have
    """
    asked = set(uuids)
    found = {uuid: _known[uuid] for uuid in asked if uuid in _known}
    wanted = sorted(filter(_may_exist, asked - found.keys()))
    if not wanted or not registry.cells():
        return found, {}
    seen, errors = registry.instances(wanted)
    for row in seen.values():
        _remember(row)
    unknown = [uuid for uuid in wanted if uuid not in seen]
    return {**found, **seen}, (
        dict.fromkeys(unknown, errors[0]) if errors else {}
    )


def _may_exist(uuid: str) -> bool:
    """Tell whether a database takes it for a uuid."""
    return len(uuid) == 36 and '\0' not in uuid


def _is_trusted(context: RequestContext, instance: Row) -> bool:
    return instance['project_id'] == context.project_id or bool(
        context.is_admin
    )


def _is_stranger(context: RequestContext, instance: Row | None) -> bool:
    # Services record for everybody; a silent cell must not keep them from it.
    return (
        instance is not None
        and not _is_trusted(context, instance)
        and 'service' not in context.roles
    )


def _remember(instance: Row) -> None:
    with _lock:
        while len(_known) >= REMEMBERED:
            del _known[next(iter(_known))]
        _known[instance['uuid']] = instance


def forget(uuid: str | None = None) -> None:
    """Forget a server, as after it was copied, or everything, as after a
    change of database."""
    with _lock:
        if uuid is None:
            _known.clear()
        else:
            _known.pop(uuid, None)
