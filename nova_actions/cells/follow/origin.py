# SPDX-License-Identifier: Apache-2.0
"""Which rows of ours were made of which rows of a cell, as one transaction
notes it."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from nova_actions.cells.follow import known
from nova_actions.cells.follow import source_row
from nova_actions.db import ledger_rules
from nova_actions.db.models import FOLLOWED_ROWS

Row = dict[str, Any]


class Origins:
    """Notes for rows of one cell, stored together at the end."""

    def __init__(self, connection: sa.Connection, cell: str) -> None:
        self._connection = connection
        self._cell = cell
        self._new: list[Row] = []
        #: Events whose actions may have no id yet.
        self._late: list[tuple[int, str | None, ledger_rules.Action]] = []
        self._changed: list[Row] = []

    def add_action(self, source_id: int, copy: known.Copy) -> None:
        """Note what was made of an action.

        :param source_id: its id in the cell
        """
        self._add(source_row.ACTIONS, source_id, copy)

    def add_event(self, source_id: int, copy: known.Copy) -> None:
        """Note what was made of an event."""
        self._add(source_row.EVENTS, source_id, copy)

    def add_new_event(
        self, source_id: int, seen: str | None, action: ledger_rules.Action
    ) -> None:
        """Note that an event was copied.

        :param seen: how it had ended
        :param action: ours, which has its id once it is stored
        """
        self._late.append((source_id, seen, action))

    def change_event(
        self, source_id: int, attempts: int, seen: str | None
    ) -> None:
        """Note what has become of an event that is noted already.

        :param attempts: how many rows of ours it has now
        :param seen: how the last of them had ended
        """
        self._changed.append({'of': source_id, 'to': attempts, 'end': seen})

    def copied(self, source: str) -> int:
        """Return how many rows of a table were copied."""
        return sum(
            each['source'] == source and bool(each['attempts'])
            for each in self._new
        )

    def _add(self, source: str, source_id: int, copy: known.Copy) -> None:
        self._new.append(
            {
                'cell': self._cell,
                'source': source,
                'source_id': source_id,
                **dataclasses.asdict(copy),
            }
        )

    def store(self) -> None:
        """Store the notes, once the actions are stored."""
        for source_id, seen, action in self._late:
            self.add_event(source_id, known.Copy(action.row['id'], 1, seen))
        self._late.clear()
        if self._new:
            self._connection.execute(sa.insert(FOLLOWED_ROWS), self._new)
        if self._changed:
            self._connection.execute(
                sa.update(FOLLOWED_ROWS)
                .where(
                    FOLLOWED_ROWS.c.cell == self._cell,
                    FOLLOWED_ROWS.c.source == source_row.EVENTS,
                    FOLLOWED_ROWS.c.source_id == sa.bindparam('of'),
                )
                .values(attempts=sa.bindparam('to'), seen=sa.bindparam('end')),
                self._changed,
            )
