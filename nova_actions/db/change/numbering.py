# SPDX-License-Identifier: Apache-2.0
"""Gives changes their numbers, after the commit of what they tell of.

Who numbers holds the feed's row until its own commit: so numbers become
visible in their order, and a reader never sees one before a smaller one.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import lease
from nova_actions.db import status
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGE_QUEUE
from nova_actions.db.models import CHANGES
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES

Row = dict[str, Any]

#: How many changes get their numbers in one transaction.
BATCH = 500
#: For how long who has numbered last need not be heard of before another may
#: go on while something is queued.
LEASE = datetime.timedelta(seconds=5)
#: The key of the feed's only row.
FEED = 1


def number(
    context: Any,
    holder: str,
    tell: Callable[[Sequence[Row]], object] | None = None,
    settle: Callable[[Any, Sequence[Row]], bool] | None = None,
) -> int:
    """Number what is queued, a batch at the most; return how many changes
    are done, 0 also where another numbers.

    :param holder: who it is, another name for each process
    :param tell: is given the changes that have got their numbers, once, as
        rows of the table
    :param settle: is given the connection and what is queued, before that
        gets its numbers, and may change the queue; returns whether it has
    :raises DatabaseUnavailable: none has got its number
    """
    # Without a lock, since every conductor asks again and again.
    if not _is_due(context, holder):
        return 0
    try:
        done, told = _number(context, holder, settle)
    except exception.Conflict:
        # Another has just made the feed's row.
        return 0
    if tell is not None:
        tell(told)
    return done


@reader
def _is_due(connection: Any, holder: str) -> bool:
    if not connection.execute(
        sa.select(sa.exists().select_from(CHANGE_QUEUE))
    ).scalar_one():
        return False
    found = table.found(
        connection, sa.select(CHANGE_FEED, lease.Now().label('now'))
    )
    return not found or lease.is_free(found[0], holder, found[0]['now'])


@recorder
def _number(
    connection: Any,
    holder: str,
    settle: Callable[[Any, Sequence[Row]], bool] | None,
) -> tuple[int, list[Row]]:
    feed = locked(connection)
    # Asked apart: the lock may have been waited for.
    at = lease.now(connection)
    if feed is None:
        feed = {
            'id': FEED,
            'last': 0,
            'purged': 0,
            'holder': holder,
            'lease_end': at,
        }
        connection.execute(sa.insert(CHANGE_FEED).values(feed))
    if not lease.is_free(feed, holder, at):
        return 0, []
    queued = table.found(connection, _QUEUED)
    while queued and settle is not None and settle(connection, queued):
        queued = table.found(connection, _QUEUED)
    # What is purged by now is not told of.
    told = [row for row in queued if row['instance_uuid'] is not None]
    _store(connection, told, feed['last'], at)
    connection.execute(
        sa.delete(CHANGE_QUEUE).where(
            CHANGE_QUEUE.c.id.in_([row['id'] for row in queued])
        )
    )
    connection.execute(
        sa.update(CHANGE_FEED).values(
            last=feed['last'] + len(told), holder=holder, lease_end=at + LEASE
        )
    )
    return len(queued), told


def locked(connection: Any) -> Row | None:
    """Lock the feed, and return how far it is; None where nothing has ever
    been numbered."""
    return next(
        iter(
            table.found(connection, sa.select(CHANGE_FEED).with_for_update())
        ),
        None,
    )


def _store(
    connection: Any, told: list[Row], last: int, at: datetime.datetime
) -> None:
    if told:
        connection.execute(
            sa.insert(CHANGES),
            [
                {
                    **{
                        name: value
                        for name, value in row.items()
                        if name != 'id'
                    },
                    'number': number,
                    'created_at': at,
                }
                for number, row in enumerate(told, last + 1)
            ],
        )


@recorder
def release(connection: Any, holder: str) -> None:
    """Give the lease back, so that another need not wait for its end."""
    connection.execute(
        sa.update(CHANGE_FEED)
        .where(CHANGE_FEED.c.holder == holder)
        .values(lease_end=None)
    )


def _queued() -> Any:
    """Return the query for what is queued, with what is told of it."""
    # Limited first, so that the rest is found by its keys.
    queue = (
        sa.select(CHANGE_QUEUE)
        .order_by(CHANGE_QUEUE.c.id)
        .limit(BATCH)
        .subquery('queue')
    )
    start = sa.case(
        (queue.c.event_uuid.is_(None), ACTIONS.c.start_time),
        else_=EVENTS.c.start_time,
    ).label('start_time')
    return (
        sa.select(
            *(column for column in queue.c if column.name != 'reason'),
            _reason(queue),
            start,
            *(INSTANCES.c[name] for name in ('project_id', 'display_name')),
            *(
                ACTIONS.c[name]
                for name in (
                    'instance_uuid',
                    'action',
                    'request_id',
                    'global_request_id',
                    'user_id',
                )
            ),
            EVENTS.c.event,
            EVENTS.c.host,
        )
        .select_from(
            queue.outerjoin(ACTIONS, ACTIONS.c.uuid == queue.c.action_uuid)
            .outerjoin(INSTANCES, INSTANCES.c.uuid == ACTIONS.c.instance_uuid)
            .outerjoin(EVENTS, EVENTS.c.uuid == queue.c.event_uuid)
        )
        .order_by(queue.c.id)
    )


def _reason(queue: Any) -> Any:
    """Return the expression of why something went wrong: of an action, the
    reason of its last step that did."""
    of_last_step = (
        sa.select(EVENTS.c.reason)
        .where(
            EVENTS.c.action_id == ACTIONS.c.id,
            EVENTS.c.result.in_(
                (vocabulary.RESULT_ERROR, vocabulary.RESULT_INTERRUPTED)
            ),
        )
        .order_by(EVENTS.c.id.desc())
        .limit(1)
        .correlate(ACTIONS)
        .scalar_subquery()
    )
    return sa.case(
        (
            sa.and_(
                queue.c.event_uuid.is_(None),
                queue.c.outcome.in_((status.FAILED, status.INTERRUPTED)),
            ),
            sa.func.coalesce(
                of_last_step,
                sa.case(
                    (
                        queue.c.outcome == status.INTERRUPTED,
                        vocabulary.REASON_INTERRUPTED,
                    )
                ),
            ),
        ),
        else_=queue.c.reason,
    ).label('reason')


_QUEUED = _queued()
