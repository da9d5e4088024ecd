# SPDX-License-Identifier: Apache-2.0
"""What becomes of the record by some rows of a cell, in a transaction that
holds the cell's state."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions.db import ledger
from nova_actions.db import ledger_rows
from nova_actions.db import ledger_rules
from nova_actions.db import pairs
from nova_actions.db.follow import known
from nova_actions.db.follow import owner
from nova_actions.db.follow import prepared
from nova_actions.db.follow import row as row_module
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import FOLLOWED_ROWS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]


class Writer:
    """What one transaction does.

    :param held: the state of the cell, locked
    """

    def __init__(self, connection: Any, cell: str, held: Row,
                 batch: prepared.Prepared) -> None:
        self._connection = connection
        self._cell = cell
        self._held = held
        self._batch = batch
        self._actions: known.Copies = {}
        self._events: known.Copies = {}
        self._new: list[Row] = []
        self._changed: list[Row] = []
        self._attempts = 0
        self._is_owner_wanted = False

    def enter(self) -> None:
        """Bring the record to what the batch tells."""
        events = self._batch.events
        self._actions = known.copies(
            self._connection, self._cell, row_module.ACTIONS,
            [row['id'] for row, _report in self._batch.actions]
            + [row['action_id'] for row, _report in events])
        self._events = known.copies(
            self._connection, self._cell, row_module.EVENTS,
            [row['id'] for row, _report in events])
        new = self._wanted()
        book = self._load(new)
        entered = self._enter_actions(book, new)
        self._end_actions(book)
        found = self._enter_events(book, entered)
        self._end_new(book, entered)
        ledger.store(self._connection, book)
        for source_id, uuid in entered.items():
            self._note(row_module.ACTIONS, source_id,
                       book.actions[uuid].row['id'], 1, None)
        for values, uuid in found:
            self._note(row_module.EVENTS, values[0],
                       book.actions[uuid].row['id'], *values[1:])
        self._store_copies()

    def totals(self) -> Row:
        """Return what has changed of the state."""
        held = self._held
        new = [each['source'] for each in self._new if each['attempts']]
        values = {
            'actions': held['actions'] + new.count(row_module.ACTIONS),
            'events': held['events'] + new.count(row_module.EVENTS),
            'attempts': held['attempts'] + self._attempts,
            'skipped': held['skipped'] + self._batch.skipped}
        if self._is_owner_wanted:
            values['owner_id'] = 0
        return values

    # -- what is there ----------------------------------------------------

    def _wanted(self) -> list[tuple[Row, Row]]:
        """Return the actions to copy: none that is copied, too old, or
        recorded by ourselves, which is noted."""
        floor = self._held['floor']
        new = [(row, report) for row, report in self._batch.actions
               if row['id'] not in self._actions
               and not (floor and report['created_at'] < floor)]
        reported = self._reported(new)
        for source_id, own in reported.items():
            self._note(row_module.ACTIONS, source_id, own['id'], 0, None)
            self._actions[source_id] = known.Copy(own['id'], 0, None)
        return [each for each in new if each[0]['id'] not in reported]

    def _reported(self, new: Iterable[tuple[Row, Row]]) -> dict[int, Row]:
        """Return our own actions that are the same as a cell's, by the id of
        that: what was recorded here, or restored."""
        wanted: dict[tuple[str, Any], list[Row]] = {}
        uuids: dict[str, int] = {}
        for row, report in new:
            uuids[report['uuid']] = row['id']
            wanted.setdefault(
                (report['instance_uuid'], report['request_id']), []).append(
                    {**report, 'id': row['id'], 'action': report['name']})
        if not wanted:
            return {}
        found: dict[int, Row] = {}
        own: dict[tuple[str, Any], list[Row]] = {}
        for each in self._recorded(wanted, uuids):
            if each['uuid'] in uuids:
                found[uuids[each['uuid']]] = each
            else:
                own.setdefault((each['instance_uuid'], each['request_id']),
                               []).append(each)
        for key, rows in own.items():
            left = [each for each in wanted.get(key, ())
                    if each['id'] not in found]
            found.update(pairs.find(rows, left))
        return found

    def _recorded(self, keys: Iterable[tuple[str, Any]],
                  uuids: Iterable[str]) -> list[Row]:
        """Return our own actions that are no copies."""
        servers = sorted({uuid for uuid, _request in keys})
        requests = sorted({request for _uuid, request in keys if request})
        columns = [ACTIONS.c[name] for name in (
            'id', 'uuid', 'instance_uuid', 'request_id', 'action',
            'start_time')]
        queries = [sa.select(*columns).where(
            condition, ~sa.exists().where(
                FOLLOWED_ROWS.c.action_id == ACTIONS.c.id)) for condition in (
                    sa.and_(ACTIONS.c.instance_uuid.in_(servers),
                            ACTIONS.c.request_id.in_(requests)),
                    ACTIONS.c.uuid.in_(sorted(uuids)))]
        return [dict(each) for each in self._connection.execute(
            sa.union(*queries)).mappings()]

    def _load(self, new: Sequence[tuple[Row, Row]]) -> ledger_rules.Ledger:
        """Lock what is copied of the batch, and load its servers."""
        ids = {self._actions[source_id].action_id for source_id in (
            *(row['id'] for row, _report in self._batch.actions),
            *(row['action_id'] for row, _report in self._batch.events))
            if source_id in self._actions
            and self._actions[source_id].attempts}
        instances = self._instances(
            {report['instance_uuid'] for _row, report in new})
        uuids = [row_module.event_uuid(self._cell, source_id, copy.attempts)
                 for source_id, copy in self._events.items()]
        locked = ledger_rows.lock(self._connection, ids) if ids else []
        return ledger_rules.Ledger(
            timeutils.utcnow(), instances, locked, ledger_rows.events(
                self._connection, ids, uuids) if ids else [])

    def _instances(self, uuids: set[str]) -> dict[str, Row]:
        """Return servers by uuid: as we know them, else as the cell does,
        else as nobody's, which only administrators may see."""
        told = {each['uuid']: each for each in self._batch.owners}
        own = {row['uuid']: dict(row) for row in self._connection.execute(
            sa.select(INSTANCES).where(INSTANCES.c.uuid.in_(
                sorted(uuids)))).mappings()} if uuids else {}
        owner.learn(self._connection, [
            told[uuid] for uuid, row in own.items()
            if not row['project_id'] and uuid in told])
        found = {}
        for uuid in uuids:
            found[uuid] = own.get(uuid) or told.get(uuid) or {
                'uuid': uuid, 'project_id': '', 'user_id': None}
            if uuid not in own and not found[uuid]['project_id']:
                self._is_owner_wanted = True
        return found

    # -- actions ----------------------------------------------------------

    def _enter_actions(self, book: ledger_rules.Ledger,
                       new: Iterable[tuple[Row, Row]]) -> dict[int, str]:
        """Enter new actions; return their uuids by their ids in the cell."""
        entered = {}
        for row, report in new:
            book.enter(report)
            stored = book.actions[report['uuid']].row
            stored['created_at'] = report['created_at']
            stored['updated_at'] = max(filter(None, (
                report['updated_at'], report['created_at'])))
            entered[row['id']] = report['uuid']
        return entered

    def _end_actions(self, book: ledger_rules.Ledger) -> None:
        """End what is copied and has no step, where the cell says so."""
        for row, report in self._batch.actions:
            action = book.actions.get(report['uuid'])
            copy = self._actions.get(row['id'])
            if action and copy and report['finish_time'] and (
                    not action.events and not action.row['finish_time']):
                book.end(action, report['finish_time'])

    def _end_new(self, book: ledger_rules.Ledger,
                 entered: Mapping[int, str]) -> None:
        for row, report in self._batch.actions:
            if row['id'] in entered and report['finish_time']:
                action = book.actions[report['uuid']]
                if not action.events:
                    book.end(action, report['finish_time'])

    # -- events -----------------------------------------------------------

    def _enter_events(self, book: ledger_rules.Ledger,
                      entered: Mapping[int, str],
                      ) -> list[tuple[tuple[int, int, str | None], str]]:
        """Enter the events; return what is to be noted of new ones, and the
        uuids of their actions."""
        found = []
        for row, report in self._batch.events:
            source_id, seen = row['id'], row_module.seen(row)
            above = self._actions.get(row['action_id'])
            copy = self._events.get(source_id)
            if above and not above.attempts:
                if copy is None:
                    self._note(row_module.EVENTS, source_id,
                               above.action_id, 0, None)
                continue
            uuid = row_module.action_uuid(self._cell, row['action_id'])
            if uuid not in book.actions:
                continue
            whole = self._whole(report, book.actions[uuid].row)
            if copy is None:
                self._add(book, whole, source_id, 1)
                found.append(((source_id, 1, seen), uuid))
            elif not copy.tells(seen):
                self._change(book, whole, source_id, copy, seen)
        return found

    def _whole(self, report: Row, action: Row) -> Row:
        return {**report, 'action_uuid': action['uuid'], **{
            name: action[name] for name in ('instance_uuid', 'request_id')}}

    def _add(self, book: ledger_rules.Ledger, report: Row, source_id: int,
             attempt: int) -> None:
        report['uuid'] = row_module.event_uuid(self._cell, source_id, attempt)
        entry = ledger.as_entry({**report, 'project_id': ''})
        book.enter(entry)
        stored = book.actions[report['action_uuid']].events[report['uuid']]
        stored['created_at'] = report['created_at']
        stored['updated_at'] = report['updated_at'] or report['created_at']

    def _change(self, book: ledger_rules.Ledger, report: Row, source_id: int,
                copy: known.Copy, seen: str | None) -> None:
        """Finish an event that was open, or tell a further attempt."""
        action = book.actions[report['action_uuid']]
        last = action.events.get(row_module.event_uuid(
            self._cell, source_id, copy.attempts))
        attempt = copy.attempts
        if last is not None and last['finish_time'] is None:
            book.finish(last, action, {**report, 'host': None})
        else:
            attempt += 1
            self._attempts += 1
            self._add(book, row_module.again(
                report, *self._texts(last)), source_id, attempt)
        self._changed.append({'of': source_id, 'to': attempt, 'end': seen})

    def _texts(self, event: Row | None) -> tuple[str | None, str | None]:
        if event is None:
            return None, None
        found = self._connection.execute(sa.select(
            EVENTS.c.details, EVENTS.c.traceback).where(
                EVENTS.c.id == event['id'])).one()
        return found.details, found.traceback

    # -- where it is from -------------------------------------------------

    def _note(self, source: str, source_id: int, action_id: int,
              attempts: int, seen: str | None) -> None:
        self._new.append({
            'cell': self._cell, 'source': source, 'source_id': source_id,
            'action_id': action_id, 'attempts': attempts, 'seen': seen})

    def _store_copies(self) -> None:
        if self._new:
            self._connection.execute(sa.insert(FOLLOWED_ROWS), self._new)
        if self._changed:
            self._connection.execute(sa.update(FOLLOWED_ROWS).where(
                FOLLOWED_ROWS.c.cell == self._cell,
                FOLLOWED_ROWS.c.source == row_module.EVENTS,
                FOLLOWED_ROWS.c.source_id == sa.bindparam('of')).values(
                    attempts=sa.bindparam('to'), seen=sa.bindparam('end')),
                self._changed)
