# SPDX-License-Identifier: Apache-2.0
"""Writes some rows of a cell into the record, in a transaction that holds the
cell's state."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import vocabulary
from nova_actions.cells.follow import known
from nova_actions.cells.follow import match
from nova_actions.cells.follow import origin
from nova_actions.cells.follow import owner
from nova_actions.cells.follow import prepared
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state
from nova_actions.db import ledger
from nova_actions.db import ledger_events
from nova_actions.db import ledger_rules
from nova_actions.db import ledger_store
from nova_actions.db.models import EVENTS

Row = dict[str, Any]


def _finish_of(report: Row) -> ledger_rules.Report:
    """Return a finish of whatever host's event it is."""
    return cast(ledger_rules.Report, {**report, 'host': None})


class Writer:
    """Writes one batch.

    :param held: the state of the cell, locked
    """

    def __init__(
        self,
        connection: sa.Connection,
        cell: str,
        held: state.State,
        batch: prepared.Prepared,
    ) -> None:
        self._connection = connection
        self._cell = cell
        self._held = held
        self._batch = batch
        self._actions: known.Copies = {}
        self._events: known.Copies = {}
        self._origins = origin.Origins(connection, cell)
        self._attempts = 0
        self._is_owner_wanted = False

    def enter(self) -> None:
        """Bring the record to what the batch tells."""
        events = self._batch.events
        self._actions = known.copies(
            self._connection,
            self._cell,
            source_row.ACTIONS,
            [row['id'] for row, _report in self._batch.actions]
            + [row['action_id'] for row, _report in events],
        )
        self._events = known.copies(
            self._connection,
            self._cell,
            source_row.EVENTS,
            [row['id'] for row, _report in events],
        )
        new = self._wanted()
        book = self._load(new)
        entered = self._enter_actions(book, new)
        self._end_actions(book)
        self._enter_events(book, entered)
        self._end_new(book, entered)
        # What was there before is history, whenever it is copied.
        ledger.store(self._connection, book, self._held['created_at'])
        for source_id, uuid in entered.items():
            self._origins.add_action(
                source_id, known.Copy(book.actions[uuid].row['id'], 1, None)
            )
        self._origins.store()

    def totals(self) -> Row:
        """Return what has changed of the state."""
        held = self._held
        values = {
            'actions': held['actions']
            + self._origins.copied(source_row.ACTIONS),
            'events': held['events'] + self._origins.copied(source_row.EVENTS),
            'attempts': held['attempts'] + self._attempts,
            'skipped': held['skipped'] + self._batch.skipped,
        }
        if self._is_owner_wanted:
            values['owner_id'] = 0
        return values

    # -- what is there ----------------------------------------------------

    def _wanted(self) -> list[tuple[Row, Row]]:
        """Return the actions to copy: none that is copied, or too old, or
        that we have otherwise, which is noted."""
        floor = self._held['floor']
        new = [
            (row, report)
            for row, report in self._batch.actions
            if row['id'] not in self._actions
            and not (floor and report['created_at'] < floor)
        ]
        reported = match.actions(self._connection, self._cell, new)
        for source_id, own in reported.items():
            copy = self._actions[source_id] = known.Copy(own['id'], 0, None)
            self._origins.add_action(source_id, copy)
        return [each for each in new if each[0]['id'] not in reported]

    def _load(self, new: Sequence[tuple[Row, Row]]) -> ledger_rules.Ledger:
        """Lock what is copied of the batch, and load its servers."""
        ids = {
            self._actions[source_id].action_id
            for source_id in (
                *(row['id'] for row, _report in self._batch.actions),
                *(row['action_id'] for row, _report in self._batch.events),
            )
            if source_id in self._actions
        }
        instances = owner.servers(
            self._connection,
            {report['instance_uuid'] for _row, report in new},
            self._batch.owners,
        )
        self._is_owner_wanted = any(map(owner.is_wanted, instances.values()))
        uuids = [
            source_row.event_uuid(self._cell, source_id, copy.attempts)
            for source_id, copy in self._events.items()
        ]
        locked = ledger_store.lock(self._connection, ids) if ids else []
        return ledger_rules.Ledger(
            timeutils.utcnow(),
            instances,
            locked,
            ledger_events.events(self._connection, ids, uuids) if ids else [],
        )

    # -- actions ----------------------------------------------------------

    def _enter_actions(
        self, book: ledger_rules.Ledger, new: Iterable[tuple[Row, Row]]
    ) -> dict[int, str]:
        """Enter new actions; return their uuids by their ids in the cell."""
        entered = {}
        for row, report in new:
            book.enter(cast(ledger_rules.Report, report))
            stored = book.actions[report['uuid']].row
            stored['created_at'] = report['created_at']
            stored['updated_at'] = max(
                filter(None, (report['updated_at'], report['created_at']))
            )
            entered[row['id']] = report['uuid']
        return entered

    def _end_actions(self, book: ledger_rules.Ledger) -> None:
        """End what is copied and has no step, where the cell says so."""
        for row, report in self._batch.actions:
            action = book.actions.get(report['uuid'])
            copy = self._actions.get(row['id'])
            if (
                action
                and copy
                and report['finish_time']
                and (not action.events and not action.row['finish_time'])
            ):
                book.end(action, report['finish_time'])

    def _end_new(
        self, book: ledger_rules.Ledger, entered: Mapping[int, str]
    ) -> None:
        for row, report in self._batch.actions:
            if row['id'] in entered and report['finish_time']:
                action = book.actions[report['uuid']]
                if not action.events:
                    book.end(action, report['finish_time'])

    # -- events -----------------------------------------------------------

    def _enter_events(
        self, book: ledger_rules.Ledger, entered: Mapping[int, str]
    ) -> None:
        by_id = {
            each.row['id']: each
            for each in book.actions.values()
            if not each.is_new
        }
        same = match.events(
            self._connection,
            self._cell,
            [
                (row['id'], self._actions[row['action_id']].action_id, report)
                for row, report in self._batch.events
                if row['id'] not in self._events
                and row['action_id'] in self._actions
            ],
        )
        for row, report in self._batch.events:
            above = self._actions.get(row['action_id'])
            action = (
                by_id.get(above.action_id)
                if above
                else book.actions.get(entered.get(row['action_id'], ''))
            )
            if action is not None:
                self._enter_event(
                    book,
                    row,
                    self._whole(report, action.row),
                    action,
                    same.get(row['id']),
                )

    def _enter_event(
        self,
        book: ledger_rules.Ledger,
        row: Row,
        report: Row,
        action: ledger_rules.Action,
        own: Row | None,
    ) -> None:
        """Enter an event.

        :param own: one of ours that is the same
        """
        source_id, seen = row['id'], source_row.seen(row)
        copy = self._events.get(source_id)
        if copy is None and own is not None:
            copy = known.Copy(action.row['id'], 0, match.seen(own), own['id'])
            self._origins.add_event(source_id, copy)
        if copy is None:
            self._add(book, report, source_id, 1)
            self._origins.add_new_event(source_id, seen, action)
        elif copy.tells(seen):
            return
        elif copy.attempts:
            self._change(book, report, source_id, copy, seen)
        else:
            self._finish_own(book, action, report, copy)
            self._origins.change_event(source_id, 0, copy.note)

    def _finish_own(
        self,
        book: ledger_rules.Ledger,
        action: ledger_rules.Action,
        report: Row,
        copy: known.Copy,
    ) -> None:
        """Finish an event that is open where we have it from."""
        for event in action.events.values():
            if event['id'] == copy.own_id and event['finish_time'] is None:
                book.finish(event, action, _finish_of(report))

    def _whole(self, report: Row, action: ledger_rules.ActionRow) -> Row:
        return {
            **report,
            'action_uuid': action['uuid'],
            'instance_uuid': action['instance_uuid'],
            'request_id': action['request_id'],
        }

    def _add(
        self,
        book: ledger_rules.Ledger,
        report: Row,
        source_id: int,
        attempt: int,
    ) -> None:
        report['uuid'] = source_row.event_uuid(self._cell, source_id, attempt)
        entry = ledger.as_entry({**report, 'project_id': ''})
        book.enter(entry)
        stored = book.actions[report['action_uuid']].events[report['uuid']]
        stored['created_at'] = report['created_at']
        stored['updated_at'] = report['updated_at'] or report['created_at']

    def _change(
        self,
        book: ledger_rules.Ledger,
        report: Row,
        source_id: int,
        copy: known.Copy,
        seen: str | None,
    ) -> None:
        """Finish an event that was open, or tell a further attempt."""
        action = book.actions[report['action_uuid']]
        last = action.events.get(
            source_row.event_uuid(self._cell, source_id, copy.attempts)
        )
        attempt = copy.attempts
        # One that was closed here while it went on there ends as it does.
        if last is not None and (
            last['finish_time'] is None
            or (
                copy.seen is None
                and last['result'] == vocabulary.RESULT_INTERRUPTED
            )
        ):
            book.finish(last, action, _finish_of(report))
        else:
            attempt += 1
            self._attempts += 1
            self._add(
                book,
                source_row.again(report, *self._texts(last)),
                source_id,
                attempt,
            )
        self._origins.change_event(source_id, attempt, seen)

    def _texts(
        self, event: ledger_rules.EventRow | None
    ) -> tuple[str | None, str | None]:
        if event is None:
            return None, None
        found = self._connection.execute(
            sa.select(EVENTS.c.details, EVENTS.c.traceback).where(
                EVENTS.c.id == event['id']
            )
        ).one()
        return found.details, found.traceback
