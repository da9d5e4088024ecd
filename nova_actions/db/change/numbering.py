# SPDX-License-Identifier: Apache-2.0
"""Numbers changes after their transactions are committed.

The conductor that numbers locks the feed's row until its commit, so that
numbers become visible in order: a reader never sees one before a smaller one.
"""

import datetime
import logging
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

LOG = logging.getLogger(__name__)

Row = dict[str, Any]

#: How many changes are numbered in one transaction.
BATCH = 500
#: How long a conductor keeps the lease after it last numbered something.
LEASE = datetime.timedelta(seconds=5)
#: The key of the feed's only row.
FEED = 1


def number(
    context: Any,
    holder: str,
    tell: Callable[[Sequence[Row]], object] | None = None,
    settle: Callable[[Any, Sequence[Row]], bool] | None = None,
) -> int:
    """Number queued changes, at most a batch; return how many were taken from
    the queue, 0 also if another process has the lease.

    :param holder: names this process uniquely
    :param tell: called once with the numbered changes, as rows of the table
    :param settle: called with the connection and the queued changes before
        they are numbered; may change the queue, and returns whether it did.
        If it fails for another reason than the database, it is undone and
        logged, and the changes are numbered as they are queued
    :raises DatabaseUnavailable: none was numbered
    """
    # Without a lock, since every conductor polls.
    if not _is_due(context, holder):
        return 0
    try:
        done, told = _number(context, holder, settle)
    except exception.Conflict:
        # Another conductor has just created the feed's row.
        return 0
    except exception.Unavailable:
        raise
    except Exception:
        if settle is None:
            raise
        # The next turn would fail as well, and no change would be told.
        LOG.exception('Changes are numbered without being settled first')
        return number(context, holder, tell)
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
    # Read separately, since the lock may have taken a while.
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
    # Changes whose action has been purged are dropped.
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
    """Lock the feed and return its row; None if nothing has ever been
    numbered."""
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
    """Release the lease, so that others need not wait until it expires."""
    connection.execute(
        sa.update(CHANGE_FEED)
        .where(CHANGE_FEED.c.holder == holder)
        .values(lease_end=None)
    )


def _queued() -> Any:
    """Return the query for queued changes with the values of their actions
    and events."""
    # Limited first, so that the joined rows are found by their keys.
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
    """Return the expression for the reason of a failure: for an action, that
    of its last failed step."""
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
