# SPDX-License-Identifier: Apache-2.0
"""Follows one cell: copies its history, then, in each round, new and changed
rows."""

import collections
import datetime
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from nova_actions import sanitize
from nova_actions.cells.follow import batch
from nova_actions.cells.follow import known
from nova_actions.cells.follow import merge
from nova_actions.cells.follow import owner
from nova_actions.cells.follow import source
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state
from nova_actions.context import RequestContext

Row = dict[str, Any]
Time = datetime.datetime

#: How many rows are read and stored at once.
BATCH = 500
#: How many actions that run are looked at in a round.
RUNNING = 200
#: How many ids each round looks back; the whole window only now and then.
NEAR = 500
#: Seconds between two looks at the whole window.
LOOK_BACK = 60.0
#: For how many seconds a row may be committed late, or be overwritten.
WINDOW = 3600.0

_Cursor = Literal['action_id', 'event_id']
_Top = Literal['action_top', 'event_top']
_CURSORS: Mapping[str, tuple[_Cursor, _Top]] = {
    source_row.ACTIONS: ('action_id', 'action_top'),
    source_row.EVENTS: ('event_id', 'event_top'),
}


class Follower:
    """Copies from one cell while it has the lease.

    :param cell: which one
    :param holder: who it is, another name for each process
    :param window: how many ids it looks back
    :param rate: how many rows it copies in a second at the most
    :param pause: waits for so many seconds; raises what ends the round
    :param clock: seconds, monotonic
    """

    def __init__(
        self,
        cell: source.Source,
        holder: str,
        sanitizer: sanitize.Sanitizer,
        *,
        window: int,
        rate: int,
        pause: Callable[[float], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = cell
        self._holder = holder
        self._sanitizer = sanitizer
        self._window = window
        self._rate = rate
        self._pause = pause
        self._clock = clock
        self._size = max(1, min(BATCH, rate))
        self._forget()

    @property
    def cell(self) -> str:
        return self._source.name

    def _forget(self) -> None:
        """Start over: another conductor may have followed meanwhile."""
        #: By table, the last ids of the window's time, and of the round
        #: before that began, with when they were reached.
        self._marks: dict[str, collections.deque[tuple[float, int]]] = {
            name: collections.deque() for name in _CURSORS
        }
        #: Those in the window that are not to be copied.
        self._left_out: dict[str, set[int]] = {
            name: set() for name in _CURSORS
        }
        self._after_running = 0
        #: The last ids of our own rows, of the last two rounds.
        self._tops: collections.deque[merge.Place] = collections.deque(
            maxlen=2
        )
        self._looked_back = float('-inf')

    def run(
        self, context: RequestContext, floor: Time | None = None
    ) -> state.State | None:
        """Do a round and return the state before its last step; None when
        another conductor follows the cell, or it is paused.

        :param floor: what was created before that is not copied
        :raises CellUnavailable: the cell does not answer
        :raises DatabaseUnavailable: our own database does not
        :raises Lost: another follows the cell by now
        """
        held = state.acquire(context, self.cell, self._holder, floor)
        if held is None:
            self._forget()
            return None
        for name in (source_row.EVENTS, source_row.ACTIONS):
            cursor = self._forward(context, name, held)
            self._look_back(context, name, cursor)
        self._look_at_running(context)
        self._look_at_own(context, held)
        if self._clock() >= self._looked_back + LOOK_BACK:
            self._looked_back = self._clock()
        done = state.reached(context, self.cell, self._holder, held['now'])
        if done['owner_id'] is not None:
            self._look_for_owners(context, done['owner_id'])
        return done

    # -- what is new ------------------------------------------------------

    def _forward(
        self, context: RequestContext, name: str, held: state.State
    ) -> int:
        """Copy what comes after the last id; return the new one."""
        cursor, top = _CURSORS[name]
        after, newest = held[cursor], held[top]
        has_more = True
        while has_more:
            began = self._clock()
            rows, has_more = self._source.ask(
                source.following, name, after, self._size
            )
            if rows:
                after = rows[-1]['id']
                if has_more and newest <= after:
                    newest = max(
                        high
                        for _low, high in self._source.ask(source.edges, name)
                    )
                self._store(
                    context,
                    name,
                    rows,
                    {cursor: after, top: max(newest, after)},
                )
            if has_more:
                self._pause(
                    max(0.0, len(rows) / self._rate - (self._clock() - began))
                )
        return after

    def _store(
        self,
        context: RequestContext,
        name: str,
        rows: Sequence[Row],
        reached: dict[str, int] | None = None,
    ) -> None:
        events = rows if name == source_row.EVENTS else ()
        actions = (
            rows
            if name == source_row.ACTIONS
            else self._actions_of(context, rows)
        )
        wanted = (
            known.unowned(
                context, filter(None, map(source_row.server, actions))
            )
            if actions
            else set()
        )
        owners = self._source.ask(source.owners, wanted) if wanted else []
        batch.store(
            context,
            self.cell,
            self._holder,
            batch.Batch(actions, events, owners, reached or {}),
            self._sanitizer,
        )

    def _actions_of(
        self, context: RequestContext, events: Iterable[Row]
    ) -> list[Row]:
        """Return the actions of events that are not copied yet."""
        ids = {row['action_id'] for row in events if row['action_id']}
        missing = (
            ids
            - known.of_ids(context, self.cell, source_row.ACTIONS, ids).keys()
        )
        if not missing:
            return []
        return self._source.ask(source.of_ids, source_row.ACTIONS, missing)

    # -- what came late, or has changed -----------------------------------

    def _look_back(
        self, context: RequestContext, name: str, cursor: int
    ) -> None:
        """Copy what was committed late, and what was overwritten."""
        low = max(self._settled(name, cursor), cursor - self._window)
        left_out = self._left_out[name]
        left_out.intersection_update({each for each in left_out if each > low})
        if self._clock() < self._looked_back + LOOK_BACK:
            low = max(low, cursor - NEAR)
        if low >= cursor:
            return
        rows = self._source.ask(source.between, name, low, cursor)
        copies = known.between(context, self.cell, name, low, cursor)
        self._store_changed(
            context,
            name,
            [row for row in rows if row['id'] not in left_out],
            copies,
        )

    def _settled(self, name: str, cursor: int) -> int:
        """Return the last id that was reached longer ago than the window,
        by this process's own clock, so that no other clock matters."""
        marks, now = self._marks[name], self._clock()
        if not marks or marks[-1][1] != cursor:
            marks.append((now, cursor))
        while len(marks) > 1 and marks[1][0] < now - WINDOW:
            marks.popleft()
        return marks[0][1] if marks[0][0] < now - WINDOW else 0

    def _store_changed(
        self,
        context: RequestContext,
        name: str,
        rows: Iterable[Row],
        copies: known.Copies,
    ) -> None:
        """Copy the rows that are new or have changed."""
        changed = [
            row['id'] for row in rows if not _is_known(name, row, copies)
        ]
        for ids in _parts(changed, self._size):
            self._store(
                context,
                name,
                self._source.ask(source.of_ids, name, ids),
            )
            self._left_out[name].update(
                set(ids) - known.of_ids(context, self.cell, name, ids).keys()
            )

    def _look_at_running(self, context: RequestContext) -> None:
        """Look at some of the actions that run, wherever their ids are."""
        ids, copies = known.running(
            context, self.cell, self._after_running, RUNNING
        )
        self._after_running = ids[-1] if len(ids) == RUNNING else 0
        if not ids:
            return
        events = (
            self._source.ask(source.ends_of, source_row.EVENTS, copies.keys())
            if copies
            else []
        )
        self._store_changed(context, source_row.EVENTS, events, copies)
        actions = self._source.ask(source.of_ids, source_row.ACTIONS, ids)
        ended = [row for row in actions if row['finish_time']]
        if ended:
            self._store(context, source_row.ACTIONS, ended)

    def _look_at_own(self, context: RequestContext, held: state.State) -> None:
        """Merge what was copied and then reported as well."""
        top = merge.top(context)
        # One round more than there are new rows: some may be committed late.
        if self._tops.count(top) < 2:
            merge.run(context, self.cell, self._holder, held, top, self._pause)
        self._tops.append(top)

    def _look_for_owners(self, context: RequestContext, after: int) -> None:
        rows = self._source.ask(source.archived_owners, after, BATCH)
        owners = [source_row.owner(row, self._sanitizer) for row in rows]
        owner.store(
            context,
            self.cell,
            self._holder,
            owners,
            rows[-1]['id'] if len(rows) == BATCH else None,
        )


def _is_known(name: str, row: Row, copies: known.Copies) -> bool:
    copy = copies.get(row['id'])
    return copy is not None and (
        name == source_row.ACTIONS or copy.tells(source_row.seen(row))
    )


def _parts(ids: Sequence[int], size: int) -> Iterable[Collection[int]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]
