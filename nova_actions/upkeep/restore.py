# SPDX-License-Identifier: Apache-2.0
"""Loads archived actions. Actions that the database already has stay as they
are."""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import exception
from nova_actions import sanitize
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.context import RequestContext
from nova_actions.db import clock
from nova_actions.db import status
from nova_actions.db.engine import writer
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.stat import purged
from nova_actions.upkeep import scrub

Row = dict[str, Any]

#: How many actions are stored in one transaction.
BATCH = 100
#: How often a batch is tried again when its rows are stored meanwhile.
ROUNDS = 5


@dataclasses.dataclass(frozen=True)
class Done:
    """What became of the actions that were read so far."""

    restored: int = 0
    events: int = 0
    #: Those that the database has already.
    known: int = 0
    #: Those whose server belongs to another project in the database.
    foreign: int = 0
    #: Times of those that were restored which were cut to now.
    cut: int = 0

    @property
    def seen(self) -> int:
        return self.restored + self.known + self.foreign

    def plus(self, other: 'Done') -> 'Done':
        return Done(
            *(
                mine + others
                for mine, others in zip(
                    dataclasses.astuple(self),
                    dataclasses.astuple(other),
                    strict=True,
                )
            )
        )


def restore(
    context: RequestContext,
    archived: Iterable[Row],
    sanitizer: sanitize.Sanitizer,
) -> Iterator[Done]:
    """Store archived actions and yield what is done after each batch.

    The same again changes nothing. Texts pass today's rules, and times those
    of every other write: one from the future, as in a file of another program
    or of an earlier release, would keep its action for ever.

    :raises InvalidInput: a row is malformed; the batches before it stay
    """
    done = Done()
    for batch in _batches(archived):
        checked = [_checked(row, sanitizer) for row in batch]
        # Within a batch too an action may come twice.
        unique = {row['action']['uuid']: row for row in checked}
        again = Done(known=len(checked) - len(unique))
        done = done.plus(again).plus(_stored(context, list(unique.values())))
        yield done


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows in batches; what comes before an error counts."""
    batch: list[Row] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except exception.InvalidInput:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _checked(row: Row, sanitizer: sanitize.Sanitizer) -> Row:
    action = _values(ACTIONS, row['action'])
    events = [_values(EVENTS, event, 'action_id') for event in row['events']]
    for table, values in (
        (ACTIONS, action),
        *((EVENTS, event) for event in events),
    ):
        # Whatever the file says of them, all texts pass the rules.
        values.update(
            scrub.changes(table, {**values, 'rules': None}, sanitizer)
        )
    cut = 0
    for values in (action, *events):
        fitted, late = clock.fit(values)
        values.update(fitted)
        cut += late
    _known_word('status', action['status'], status.STATUSES)
    for event in events:
        _known_word('result', event['result'], (None, *vocabulary.RESULTS))
    instance = _values(INSTANCES, row['instance'])
    instance.update(scrub.changes(INSTANCES, instance, sanitizer))
    return {
        'action': action,
        'events': events,
        'instance': instance,
        'cut': cut,
    }


def _known_word(argument: str, value: Any, words: Sequence[Any]) -> None:
    if value not in words:
        raise exception.InvalidInput(
            argument=argument, reason='it is not one of the known words'
        )


def _values(table: sa.Table, row: Mapping[str, Any], *skip: str) -> Row:
    """Return a row's values for its table, without its id."""
    values = {}
    for column in table.columns:
        if column.name == 'id' or column.name in skip:
            continue
        values[column.name] = _value(column, row.get(column.name))
    return values


def _value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return _default(column)
    if column.name == 'uuid' or column.name.endswith('_uuid'):
        return validation.uuid(column.name, value)
    kind = column.type.python_type
    if kind is datetime.datetime:
        return _time(column.name, value)
    if type(value) is not kind or (
        kind is int and not -(2**63) <= value < 2**63
    ):
        raise exception.InvalidInput(
            argument=column.name,
            reason=f'it is not of the type {kind.__name__}',
        )
    length = getattr(column.type, 'length', None)
    if length is not None and not _fits(value, length):
        raise exception.InvalidInput(
            argument=column.name,
            reason=f'it does not fit a column of {length} characters',
        )
    return value


def _default(column: sa.Column[Any]) -> int | None:
    """Return what a column has where the file has nothing."""
    if column.server_default is not None:
        return 0
    if not column.nullable:
        raise exception.InvalidInput(
            argument=column.name, reason='it is missing'
        )
    return None


def _time(argument: str, value: Any) -> datetime.datetime:
    try:
        return timeutils.normalize_time(datetime.datetime.fromisoformat(value))
    except (OverflowError, TypeError, ValueError):
        raise exception.InvalidInput(
            argument=argument, reason='it is not a time'
        ) from None


def _fits(text: str, length: int) -> bool:
    """Tell whether every database can hold a text in so many characters."""
    return (
        len(text) <= length
        and '\0' not in text
        and text.encode(errors='replace').decode() == text
    )


def _stored(context: RequestContext, rows: Sequence[Row]) -> Done:
    for attempt in range(ROUNDS):
        try:
            return _store(context, rows)
        except exception.Conflict:
            if attempt == ROUNDS - 1:
                raise
    raise AssertionError


@writer
def _store(session: orm.Session, rows: Sequence[Row]) -> Done:
    owners = _owners(session, rows)
    there = _there(session, ACTIONS, [row['action'] for row in rows])
    new, known, foreign = [], 0, 0
    for row in rows:
        if row['action']['uuid'] in there:
            known += 1
        elif owners[row['instance']['uuid']] != row['instance']['project_id']:
            foreign += 1
        else:
            new.append(row)
    events = _insert(session, new)
    return Done(
        len(new), events, known, foreign, sum(row['cut'] for row in new)
    )


def _owners(session: orm.Session, rows: Sequence[Row]) -> dict[str, str]:
    """Return the projects of the rows' instances, having stored those that
    the database does not have."""
    wanted = {row['instance']['uuid']: row['instance'] for row in rows}
    owners = dict(
        session.execute(
            sa.select(INSTANCES.c.uuid, INSTANCES.c.project_id).where(
                INSTANCES.c.uuid.in_(sorted(wanted))
            )
        )
        .tuples()
        .all()
    )
    new = [wanted[uuid] for uuid in sorted(wanted.keys() - owners.keys())]
    if new:
        session.execute(sa.insert(INSTANCES), new)
    return {**owners, **{row['uuid']: row['project_id'] for row in new}}


def _there(
    session: orm.Session, table: sa.Table, rows: Iterable[Row]
) -> dict[str, int]:
    return dict(
        session.execute(
            sa.select(table.c.uuid, table.c.id).where(
                table.c.uuid.in_(sorted(row['uuid'] for row in rows))
            )
        )
        .tuples()
        .all()
    )


def _insert(session: orm.Session, rows: Sequence[Row]) -> int:
    """Insert actions, in their order, and then their events."""
    if not rows:
        return 0
    actions = [
        {**row['action'], 'owner_id': row['instance']['project_id']}
        for row in rows
    ]
    session.execute(sa.insert(ACTIONS), actions)
    ids = _there(session, ACTIONS, actions)
    events = [
        {**event, 'action_id': ids[row['action']['uuid']]}
        for row in rows
        for event in row['events']
    ]
    for start in range(0, len(events), BATCH):
        session.execute(sa.insert(EVENTS), events[start : start + BATCH])
    purged.give_back(
        session.connection(), list(ids.values()), timeutils.utcnow()
    )
    return len(events)
