# SPDX-License-Identifier: Apache-2.0
"""Actions and steps that have been open for long, and how long such ones
usually take."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import vocabulary
from nova_actions.db import status
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.table import Row
from nova_actions.db.table import found

#: How many of the last successful ones are looked at.
SAMPLE = 500

_MICROSECOND = datetime.timedelta(microseconds=1)

# When an open step began, or an action that has none.
_since = sa.func.coalesce(
    EVENTS.c.start_time,
    EVENTS.c.created_at,
    ACTIONS.c.start_time,
    ACTIONS.c.created_at,
)


@dataclasses.dataclass(frozen=True)
class Usual:
    """How long something takes, microseconds.

    :param half: the median
    :param most: the 95th percentile
    """

    half: int
    most: int


@reader
def find(
    connection: sa.Connection,
    before: datetime.datetime,
    host: str | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return the steps that have been open since before a time, and such
    running actions without an open step, oldest first.

    Each has ``uuid``, ``action``, ``instance_uuid``, ``display_name``,
    ``project_id`` (the server's), ``request_id``, ``event``, ``host`` and
    ``since``; ``event`` is None where no step is open.

    :param before: naive UTC
    :param host: only steps on that host
    """
    query = (
        sa.select(
            ACTIONS.c.uuid,
            ACTIONS.c.action,
            ACTIONS.c.instance_uuid,
            INSTANCES.c.display_name,
            INSTANCES.c.project_id,
            ACTIONS.c.request_id,
            EVENTS.c.event,
            EVENTS.c.host,
            _since.label('since'),
        )
        .select_from(
            ACTIONS.join(
                INSTANCES, INSTANCES.c.uuid == ACTIONS.c.instance_uuid
            ).outerjoin(
                EVENTS,
                sa.and_(
                    EVENTS.c.action_id == ACTIONS.c.id,
                    EVENTS.c.finish_time.is_(None),
                ),
            )
        )
        .where(
            ACTIONS.c.status == status.RUNNING,
            _since < sa.literal(before, ACTIONS.c.created_at.type),
        )
    )
    if host is not None:
        query = query.where(EVENTS.c.host == host)
    return found(
        connection,
        query.order_by(_since, ACTIONS.c.id, EVENTS.c.id).limit(limit),
    )


@reader
def usual_of_step(connection: sa.Connection, event: str) -> Usual | None:
    """Return how long a step of that name takes; None if none has succeeded
    yet."""
    return _usual(
        connection,
        EVENTS,
        EVENTS.c.duration_us,
        (
            EVENTS.c.event == event,
            EVENTS.c.result == vocabulary.RESULT_SUCCESS,
        ),
    )


@reader
def usual_of_action(connection: sa.Connection, action: str) -> Usual | None:
    """Return the same for an action of that name."""
    return _usual(
        connection,
        ACTIONS,
        sa.null(),
        (ACTIONS.c.action == action, ACTIONS.c.status == status.SUCCEEDED),
    )


def _usual(
    connection: sa.Connection,
    table: sa.Table,
    duration: Any,
    conditions: Sequence[Any],
) -> Usual | None:
    rows = connection.execute(
        sa.select(duration, table.c.start_time, table.c.finish_time)
        .where(*conditions)
        .order_by(table.c.id.desc())
        .limit(SAMPLE)
    ).all()
    lengths = sorted(
        (end - start) // _MICROSECOND if length is None else length
        for length, start, end in rows
        if length is not None or None not in (start, end)
    )
    if not lengths:
        return None
    return Usual(
        lengths[(len(lengths) - 1) // 2],
        lengths[(len(lengths) - 1) * 95 // 100],
    )
