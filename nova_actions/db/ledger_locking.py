# SPDX-License-Identifier: Apache-2.0
"""Where a single call belongs: locks the action and reads what counts of it
in one statement."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db import ledger_events
from nova_actions.db import ledger_store
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import RESULT_INDEX

Row = dict[str, Any]
#: Makes a condition on a table of actions.
Of = Callable[[Any], sa.ColumnElement[bool]]

#: What the rules read of an action and of an open event when a step begins
#: or ends, and what must not be NULL where the changes of several rows are
#: stored at once. A driver parses the description of each column each time.
ACTION_READ = tuple(
    ACTIONS.c[name]
    for name in (
        'id',
        'uuid',
        'action',
        'instance_uuid',
        'request_id',
        'start_time',
        'status',
        'created_at',
        'updated_at',
        'deleted',
    )
)
OPEN_READ = tuple(
    EVENTS.c[name]
    for name in (
        'id',
        'uuid',
        'event',
        'host',
        'start_time',
        'finish_time',
        'details',
        'rules',
        'redactions',
        'created_at',
        'deleted',
    )
)


def newest_of_request(actions: Any, *columns: Any) -> Any:
    """Return the query for columns of the newest action of a request."""
    return (
        sa.select(*columns)
        .where(_of_request(actions))
        .order_by(actions.c.created_at.desc(), actions.c.id.desc())
        .limit(1)
    )


def by_request() -> Any:
    """Return the id of the newest action of a request, as a subquery."""
    newest = ACTIONS.alias('newest')
    return newest_of_request(newest, newest.c.id).scalar_subquery()


def begun_before() -> Any:
    """Return the id of the action that was the instance's newest at a time,
    as a subquery."""
    newest = ACTIONS.alias('newest')
    return (
        sa.select(newest.c.id)
        .where(
            newest.c.instance_uuid == sa.bindparam('instance_uuid'),
            sa.or_(
                newest.c.start_time.is_(None),
                newest.c.start_time <= sa.bindparam('start_time'),
            ),
        )
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of_request(actions: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        actions.c.instance_uuid == sa.bindparam('instance_uuid'),
        actions.c.request_id == sa.bindparam('request_id'),
    )


def _holder(of: Of) -> Any:
    """Return the id of the newest action that has a step of that name, on
    that host if one is given, an open step first, as a subquery."""
    action, event = ACTIONS.alias('holder'), EVENTS.alias('held')
    host = sa.bindparam('host', type_=EVENTS.c.host.type)
    return (
        sa.select(event.c.action_id)
        .join(action, action.c.id == event.c.action_id)
        .where(
            of(action),
            event.c.event == sa.bindparam('event'),
            sa.or_(host.is_(None), event.c.host == host),
        )
        .order_by(
            sa.case((event.c.finish_time.is_(None), 0), else_=1),
            action.c.created_at.desc(),
            action.c.id.desc(),
            event.c.id.desc(),
        )
        .limit(1)
        .scalar_subquery()
    )


#: How many columns are between those of an action and of its open event.
_COUNTS = 4


def _locked_with_open(where: Of, is_whole: bool) -> Any:
    """Return the query that locks actions, in the order of their ids, and
    reads their open events: the columns of the action, four more, and those
    of the event.

    These are read as of before a wait for the lock; ``seen`` tells whether
    there was one: it is ``updated_at`` as of then. ``is_more`` tells whether
    other events count too, but for when the last one ended, which is
    ``latest``. ``last`` is the id of the last event of the same name.

    :param is_whole: whether it reads whole rows, instead of what the rules
        read
    """
    actions, events = _columns(is_whole)
    before = ACTIONS.alias('before')
    seen = (
        sa.select(before.c.updated_at)
        .where(before.c.id == ACTIONS.c.id)
        .scalar_subquery()
    )
    aliases = [EVENTS.alias() for _each in ledger_events.UNSETTLED]
    is_more = sa.or_(
        *(
            sa.exists().where(
                alias.c.action_id == ACTIONS.c.id,
                *ledger_events.has(alias, values),
            )
            for alias, values in zip(
                aliases[1:], ledger_events.UNSETTLED[1:], strict=True
            )
        )
    )
    query = (
        sa.select(
            *actions,
            seen.label('seen'),
            is_more.label('is_more'),
            ledger_events.latest_success(ACTIONS, 'finish_time').label(
                'latest'
            ),
            ledger_events.last_of_name(EVENTS).label('last'),
            *events,
        )
        .select_from(
            ACTIONS.outerjoin(
                EVENTS,
                sa.and_(
                    EVENTS.c.action_id == ACTIONS.c.id,
                    *ledger_events.has(EVENTS, ledger_events.UNSETTLED[0]),
                ),
            )
        )
        .where(where(ACTIONS))
        # To order the events, too, MariaDB would need a temporary table.
        .order_by(ACTIONS.c.id)
        .with_for_update(of=ACTIONS)
    )
    # It takes the first index that fits.
    for dialect in ('mysql', 'mariadb'):
        query = query.with_hint(
            EVENTS, f'FORCE INDEX ({RESULT_INDEX})', dialect
        )
    return query


def _columns(is_whole: bool) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the columns of an action and of an open event that are read."""
    if is_whole:
        return list(ACTIONS.columns), ledger_events.EVENT_COLUMNS
    return ACTION_READ, OPEN_READ


@functools.cache
def _names(is_whole: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of those columns."""
    actions, events = _columns(is_whole)
    return (
        tuple(column.name for column in actions),
        tuple(column.name for column in events),
    )


def _of_handle(actions: Any) -> sa.ColumnElement[bool]:
    handle = EVENTS.alias('handle')
    action_id = (
        sa.select(handle.c.action_id)
        .where(handle.c.uuid == sa.bindparam('uuid'))
        .scalar_subquery()
    )
    return sa.and_(actions.c.id == action_id)


def _of_id(actions: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        actions.c.id == sa.bindparam('action_id', type_=ACTIONS.c.id.type)
    )


def _of_request_or_step(actions: Any) -> sa.ColumnElement[bool]:
    """Return the condition for a caller without a project: an action of the
    request, or if there is none, any with such a step."""
    return sa.and_(
        actions.c.id
        == sa.func.coalesce(
            _holder(_of_request),
            by_request(),
            _holder(
                lambda held: (
                    held.c.instance_uuid == sa.bindparam('instance_uuid')
                )
            ),
        )
    )


class Locking:
    """Locks the actions that match a condition, and reads their open events.

    :param of: makes the condition
    :param may_change: whether the condition may match another action after a
        wait
    """

    def __init__(self, of: Of, may_change: bool = False) -> None:
        self._may_change = may_change
        #: By whether whole rows are read.
        self.queries = {
            is_whole: _locked_with_open(of, is_whole)
            for is_whole in (False, True)
        }

    def found(
        self, connection: Any, values: Row, is_whole: bool = True
    ) -> tuple[list[Row], list[Row], bool]:
        """Lock actions and return them, oldest first, with their open events,
        oldest first, and whether that is all that counts.

        A last row without a name stands for the events that succeeded.

        :param values: of the condition
        :param is_whole: whether the rows are whole, but for tracebacks;
            otherwise they have what the rules read
        """
        names, event_names = _names(is_whole)
        events_at = len(names) + _COUNTS
        while True:
            found = [
                (
                    dict(zip(names, row, strict=False)),
                    row[len(names) : events_at],
                    dict(zip(event_names, row[events_at:], strict=True)),
                )
                for row in connection.execute(
                    self.queries[is_whole], values
                ).all()
            ]
            is_current = all(
                seen == action['updated_at']
                for action, (seen, *_more), _event in found
            )
            if is_current or not self._may_change:
                break
        return _understood(found, is_current)


def _understood(
    found: Sequence[tuple[Row, Sequence[Any], Row]], is_current: bool
) -> tuple[list[Row], list[Row], bool]:
    """Return what was found: see :meth:`Locking.found`."""
    open_events = sorted(
        (
            {'action_id': action['id'], 'result': None, **event}
            for action, _counts, event in found
            if event['id'] is not None
        ),
        key=lambda event: (event['action_id'], event['id']),
    )
    ids = {None, *(row['id'] for row in open_events)}
    is_all = is_current and all(
        not is_more and last in ids
        for _action, (_seen, is_more, _latest, last), _event in found
    )
    actions = sorted(
        {action['id']: action for action, *_rest in found}.values(),
        key=ledger_store.age,
    )
    latest = {action['id']: counts[2] for action, counts, _event in found}
    return (
        actions,
        [*open_events, *_last_successes(actions, latest)],
        is_all,
    )


BY_HANDLE = Locking(_of_handle)
BY_ID = Locking(_of_id)
BY_REQUEST = Locking(_of_request)
BY_REQUEST_OR_STEP = Locking(_of_request_or_step, may_change=True)


def _last_successes(
    actions: Iterable[Row], latest: Mapping[int, Any]
) -> list[Row]:
    """Return for each action a row without a name that stands for its events
    that succeeded.

    :param latest: when the last of them ended, by the action's id
    """
    return [
        {
            **dict.fromkeys(ledger_events.READ_NAMES),
            'action_id': row['id'],
            'result': vocabulary.RESULT_SUCCESS,
            'finish_time': latest[row['id']],
        }
        for row in actions
        if latest[row['id']] is not None
    ]
