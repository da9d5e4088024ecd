# SPDX-License-Identifier: Apache-2.0
"""Keeps each transition told once when a copy and what was reported become
one: what was told of the copy is not told again of the one that stays, and
what is still queued of the copy is not told at all."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions.cells.follow import known
from nova_actions.cells.follow import source_row
from nova_actions.db import status
from nova_actions.db.change import kind
from nova_actions.db.change import queue
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_ROWS

Row = dict[str, Any]

_BEGINS = (kind.ACTION_BEGUN, kind.STEP_BEGUN)
_ENDS = (kind.ACTION_ENDED, kind.STEP_ENDED, kind.CLOSED)
_TOLD = 'told '
_WATCHED = f'{known.OPEN} {_TOLD}'


def note(outcome: str, is_watched: bool = False) -> str:
    """Return what ``seen`` of a followed row says where that end was told of
    its copy, and is still to come of the one that stays.

    :param is_watched: whether it may come from the same cell
    """
    return f'{_WATCHED if is_watched else _TOLD}{outcome}'[:64]


def told(
    connection: sa.Connection, action_ids: Collection[int]
) -> dict[int, str]:
    """Return how steps of actions have ended as far as that is noted, by
    their ids."""
    rows = connection.execute(
        sa.select(FOLLOWED_ROWS.c.own_id, FOLLOWED_ROWS.c.seen).where(
            FOLLOWED_ROWS.c.source == source_row.EVENTS,
            FOLLOWED_ROWS.c.action_id.in_(sorted(action_ids)),
            _is_noted(),
        )
    )
    return {
        row.own_id: row.seen.removeprefix(_WATCHED).removeprefix(_TOLD)
        for row in rows
    }


def _is_noted() -> sa.ColumnElement[bool]:
    return sa.or_(
        *(FOLLOWED_ROWS.c.seen.startswith(each) for each in (_TOLD, _WATCHED))
    )


class Telling:
    """The queued changes of actions that are being merged.

    The caller holds the feed and the actions: none of these changes gets its
    number meanwhile, and none is added.

    :param uuids: of the actions
    :param since: what happened to copies before that is no change
    """

    def __init__(
        self,
        connection: sa.Connection,
        uuids: Iterable[str],
        since: datetime.datetime,
    ) -> None:
        self._connection = connection
        self._since = since
        self._queued = queue.of_actions(connection, uuids)
        self._dropped: list[int] = []

    def merge(
        self, copy: Row, own: Row, noted: str | None = None
    ) -> str | None:
        """Have one stand for another; return how the copy ended, where that
        was told and the one that stays has not ended so yet.

        :param copy: an action or a step
        :param own: likewise
        :param noted: how the copy is to end as far as that was told
        """
        queued = self._of(copy)
        self._drop(queued)
        if self._was_told(copy['start_time'], queued, _BEGINS):
            self._drop(self._of(own, _BEGINS))
        ended = _outcome(copy)
        if ended is None:
            ended = noted
        elif not self._was_told(copy['finish_time'], queued, _ENDS):
            return None
        if ended is None:
            return None
        self._drop(
            each for each in self._of(own, _ENDS) if each['outcome'] == ended
        )
        return None if _outcome(own) == ended else ended

    def move(self, copy: Row, own: Row) -> None:
        """Tell what is left of the copy's steps as steps of the one that
        stays."""
        queue.move(
            self._connection,
            [
                each['id']
                for each in self._queued
                if each['action_uuid'] == copy['uuid'] and each['event_uuid']
            ],
            own['uuid'],
        )

    def was_ended(self, action: Mapping[str, object]) -> bool:
        """Tell whether the end of an action that runs again was told; one
        that is queued is not told, as it comes again."""
        ends = self._of(action, _ENDS)
        self._drop(ends)
        return not ends

    def store(self) -> None:
        """Drop what is not to be told."""
        queue.drop(self._connection, self._dropped)

    def _was_told(
        self,
        at: datetime.datetime | None,
        queued: Iterable[Row],
        kinds: Collection[str],
    ) -> bool:
        """Tell whether a transition is told by now: it is a change, and not
        queued any more."""
        is_change = at is None or at >= self._since
        return is_change and not any(each['kind'] in kinds for each in queued)

    def _of(
        self,
        subject: Mapping[str, object],
        kinds: Collection[str] = kind.KINDS,
    ) -> list[Row]:
        """Return what is queued of an action or a step by itself."""
        key = (
            (subject['uuid'],)
            if 'event' in subject
            else (None, subject['uuid'])
        )
        return [
            each
            for each in self._queued
            if key == (each['event_uuid'], each['action_uuid'])[: len(key)]
            and each['kind'] in kinds
        ]

    def _drop(self, changes: Iterable[Row]) -> None:
        self._dropped += [each['id'] for each in changes]


def _outcome(subject: Row) -> str | None:
    """Return how an action or a step has ended, None while it has not."""
    if subject['finish_time'] is None:
        return None
    outcome = subject['result' if 'event' in subject else 'status']
    return None if outcome == status.RUNNING else outcome


def drop_told(connection: sa.Connection, changes: Iterable[Row]) -> bool:
    """Drop queued ends that were told of a copy already; tell whether there
    were any.

    :param changes: queued ones
    """
    ends = {
        (each['action_uuid'], each['event_uuid']): each
        for each in changes
        if each['kind'] in _ENDS
    }
    if not ends:
        return False
    found = [
        (row, ends[row.uuid, row.step])
        for row in _noted(connection, {uuid for uuid, _step in ends})
        if (row.uuid, row.step) in ends
    ]
    # One that has ended otherwise is told: the copy's end was not the true
    # one.
    queue.drop(
        connection,
        [
            end['id']
            for row, end in found
            if row.seen
            in (note(end['outcome']), note(end['outcome'], is_watched=True))
        ],
    )
    if found:
        connection.execute(
            sa.update(FOLLOWED_ROWS)
            .where(FOLLOWED_ROWS.c.id.in_([row.id for row, _end in found]))
            .values(seen=None)
        )
    return bool(found)


def _noted(connection: sa.Connection, uuids: Iterable[str]) -> Sequence[Any]:
    """Return the notes of ends that were told of copies: each with ``uuid``
    of the action and ``step``, the uuid of the step, None for the action."""
    found: Sequence[Any] = connection.execute(
        sa.select(
            FOLLOWED_ROWS.c.id,
            FOLLOWED_ROWS.c.seen,
            ACTIONS.c.uuid,
            EVENTS.c.uuid.label('step'),
        )
        .join(ACTIONS, ACTIONS.c.id == FOLLOWED_ROWS.c.action_id)
        .outerjoin(EVENTS, EVENTS.c.id == FOLLOWED_ROWS.c.own_id)
        .where(
            ACTIONS.c.uuid.in_(sorted(uuids)),
            _is_noted(),
            sa.or_(
                FOLLOWED_ROWS.c.source == source_row.ACTIONS,
                EVENTS.c.id.is_not(None),
            ),
        )
    ).all()
    return found
