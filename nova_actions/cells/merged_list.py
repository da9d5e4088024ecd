# SPDX-License-Identifier: Apache-2.0
"""The actions of one server that our own database and a cell have, as one
list: a page of it is read, however long it is."""

import collections
import dataclasses
import datetime
import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nova_actions import exception
from nova_actions.cells import ids
from nova_actions.cells import pairs
from nova_actions.cells import query
from nova_actions.cells.cell import Call
from nova_actions.cells.cell import Cell
from nova_actions.cells.follow import source_row
from nova_actions.context import RequestContext
from nova_actions.db import api
from nova_actions.db import page

Row = dict[str, Any]

#: How many rows are read at once where all are asked for.
BATCH = 1000


@dataclasses.dataclass(frozen=True, order=True)
class Key:
    """The place of an action in the list, the newest first."""

    created_at: datetime.datetime
    id: int
    is_own: bool
    row: Row = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True)
class _Request:
    """The actions of one request, where our own database has any.

    :param ours: our own row, by the id of the cell's that is the same action
    :param newest: what the request id names
    """

    ours: dict[int, Row]
    newest: Key


class Merged:
    """The actions of a server in our own database and its cell. One that
    both have is shown once, as ours is.

    Rows carry their ``marker``, and ``superseded`` where their request id
    does not name them.

    :param filters: as of :func:`api.action_list`
    """

    def __init__(
        self,
        context: RequestContext,
        cell: Cell,
        instance_uuid: str,
        filters: Mapping[str, datetime.datetime] | None = None,
        read_deleted: str = 'no',
    ) -> None:
        self._context = context
        self._cell = cell
        self._instance = instance_uuid
        self._filters = filters
        self._read_deleted = read_deleted
        self._requests: dict[str | None, _Request | None] = {}

    def page(self, limit: int | None, marker: str | None) -> list[Key]:
        """Return what comes behind the marker.

        :raises MarkerNotFound: when the marker names nothing
        :raises CellUnavailable: the cell does not answer
        """
        if limit == 0:
            return []
        after = None
        if marker is not None:
            after = self.find(marker)
            if after is None:
                raise exception.MarkerNotFound(marker=marker)
        size = min(limit or BATCH, BATCH)
        call = self._ask(size, after)
        own = self._own_rows(size, after)
        theirs = call.result()
        self._learn([*own, *theirs])
        keys = heapq.merge(
            self._own(own, size), self._theirs(theirs, size), reverse=True
        )
        # Only here: to look for the cell's next one alone may take long.
        shown = filter(self._is_shown, keys)
        return [self._marked(key) for key in itertools.islice(shown, limit)]

    def find(self, identifier: str) -> Key | None:
        """Return the action that has that uuid or marker, or the newest of
        that request.

        :raises CellUnavailable: the cell does not answer
        """
        call = self._ask(1, None, request_id=identifier)
        own = api.action_get(
            self._context,
            self._instance,
            identifier,
            read_deleted=self._read_deleted,
        )
        found = call.result()
        if own and own['uuid'] == identifier:
            return self._marked(_own_key(own))
        exact = ids.marked(identifier, self._cell.name)
        row = exact and self._cell.ask(
            query.action_get, self._instance, exact, self._read_deleted
        )
        if row:
            self._learn([row])
            ours = self._counterpart(row)
            return self._marked(_own_key(ours) if ours else _their_key(row))
        self._learn(found)
        theirs = next(
            filter(
                self._is_shown, self._theirs(found, 1, request_id=identifier)
            ),
            None,
        )
        keys = [_own_key(own)] if own else []
        keys += [theirs] if theirs else []
        return self._marked(max(keys)) if keys else None

    def _own_rows(self, size: int, after: Key | None) -> list[Row]:
        return api.action_list(
            self._context,
            self._instance,
            limit=size,
            filters=self._filters,
            read_deleted=self._read_deleted,
            behind=_place(after),
        )

    def _own(self, rows: list[Row], size: int) -> Iterator[Key]:
        while True:
            yield from map(_own_key, rows)
            if len(rows) < size:
                return
            rows = self._own_rows(size, _own_key(rows[-1]))
            self._learn(rows)

    def _ask(
        self,
        size: int,
        after: Key | None,
        request_id: str | None = None,
    ) -> Call[list[Row]]:
        return self._cell.start(
            query.action_page,
            self._instance,
            size,
            filters=self._filters,
            read_deleted=self._read_deleted,
            request_id=request_id,
            behind=_place(after),
        )

    def _theirs(
        self, rows: list[Row], size: int, request_id: str | None = None
    ) -> Iterator[Key]:
        while True:
            yield from map(_their_key, rows)
            if len(rows) < size:
                return
            # Where ours are shown in their place, more are needed.
            last, size = _their_key(rows[-1]), min(2 * size, BATCH)
            rows = self._ask(size, last, request_id).result()
            self._learn(rows)

    def _learn(self, rows: Iterable[Row]) -> None:
        """Look at all actions of the requests of some rows."""
        unknown = {row['request_id'] for row in rows} - self._requests.keys()
        if not unknown:
            return
        own = _by_request(
            api.action_named(self._context, self._instance, list(unknown))
        )
        # What is in the cell alone, the cell itself knows all of.
        theirs = _by_request(
            self._cell.ask(query.action_named, self._instance, list(own))
            if own
            else ()
        )
        for request in unknown:
            self._requests[request] = (
                _request(self._cell.name, own[request], theirs[request])
                if request in own
                else None
            )

    def _counterpart(self, row: Row) -> Row | None:
        """Return our own row of a cell's action."""
        request = self._requests[row['request_id']]
        return request.ours.get(row['id']) if request else None

    def _is_shown(self, key: Key) -> bool:
        return key.is_own or not self._counterpart(key.row)

    def _marked(self, key: Key) -> Key:
        self._learn([key.row])
        request_id = key.row['request_id']
        request = self._requests[request_id]
        superseded = (
            key != request.newest if request else bool(key.row['superseded'])
        )
        marker = (
            key.row['uuid']
            if key.is_own
            else ids.marker(self._cell.name, key.id)
        )
        return dataclasses.replace(
            key,
            row={
                **key.row,
                'marker': marker,
                'superseded': superseded or ids.is_marker(request_id or ''),
            },
        )


def _place(key: Key | None) -> page.Place | None:
    """Return where another database goes on behind an action: of two that
    are alike, ours comes first."""
    return page.Place(key.created_at, key.id, key.is_own) if key else None


def _own_key(row: Row) -> Key:
    return Key(row['created_at'], row['id'], True, row)


def _their_key(row: Row) -> Key:
    return Key(
        row['created_at'] or datetime.datetime.min, row['id'], False, row
    )


def _by_request(rows: Iterable[Row]) -> dict[str | None, list[Row]]:
    found = collections.defaultdict(list)
    for row in rows:
        found[row['request_id']].append(row)
    return found


def _request(cell: str, own: list[Row], theirs: list[Row]) -> _Request:
    ours = source_row.copies(cell, own, theirs)
    copies = {row['uuid'] for row in ours.values()}
    ours.update(
        pairs.find(
            [row for row in own if row['uuid'] not in copies],
            [row for row in theirs if row['id'] not in ours],
        )
    )
    keys = [_own_key(row) for row in own]
    keys += [_their_key(row) for row in theirs if row['id'] not in ours]
    return _Request(ours, max(keys))
