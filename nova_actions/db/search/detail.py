# SPDX-License-Identifier: Apache-2.0
"""One action in full: which one an identifier means, its steps a page at a
time, and what is usual for its kind."""

import collections
import dataclasses
import datetime
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import page
from nova_actions.db import status
from nova_actions.db import table
from nova_actions.db.engine import reader
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.db.search import scan
from nova_actions.db.search import summary
from nova_actions.db.search.query import Query
from nova_actions.db.table import Row

#: How many actions an ambiguous identifier names.
CANDIDATES = 10
#: How many actions of a kind are looked at.
SAMPLE = 1000
#: How far back failures that are alike are counted.
ALIKE = datetime.timedelta(hours=24)

#: At least the first eight digits of a uuid.
_PREFIX = re.compile('[0-9a-f]{8}(?:-[0-9a-f-]{0,27})?')


@reader
def identify(
    connection: sa.Connection, identifier: str, owner_id: str | None
) -> list[Row]:
    """Return the actions that an identifier may mean: a uuid, the beginning
    of one, a request id or a global request id; newest first.

    :param owner_id: of that project's servers only
    """
    conditions = [
        ACTIONS.c.request_id == identifier,
        ACTIONS.c.global_request_id == identifier,
    ]
    start = identifier.lower()
    if _PREFIX.fullmatch(start):
        # "g" is behind all digits.
        conditions.append(
            sa.and_(ACTIONS.c.uuid >= start, ACTIONS.c.uuid < f'{start}g')
        )
    found = {}
    for condition in conditions:
        query = sa.select(ACTIONS).where(condition)
        if owner_id is not None:
            query = query.where(ACTIONS.c.owner_id == owner_id)
        for row in table.found(connection, query.limit(CANDIDATES + 1)):
            if row['uuid'] == start:
                return [row]
            found[row['id']] = row
    return sorted(
        found.values(),
        key=lambda row: (row['created_at'], row['id']),
        reverse=True,
    )[: CANDIDATES + 1]


@reader
def owner_of(connection: sa.Connection, uuid: str) -> Row | None:
    """Return the instance that an action belongs to."""
    found = table.found(
        connection,
        sa.select(INSTANCES)
        .join(ACTIONS, ACTIONS.c.instance_uuid == INSTANCES.c.uuid)
        .where(ACTIONS.c.uuid == uuid),
    )
    return next(iter(found), None)


@dataclasses.dataclass(frozen=True)
class Steps:
    """A page of the steps of an action, in the order of their beginning.

    :param events: the rows
    :param has_more: whether steps follow
    :param before: how often each step was tried before the page
    :param ended_at: the last end before the page
    """

    events: Sequence[Row]
    has_more: bool
    before: Mapping[str, int]
    ended_at: datetime.datetime | None


@reader
def get(
    connection: sa.Connection, uuid: str, limit: int, marker: str | None
) -> tuple[Row, Steps]:
    """Return an action at a glance, and a page of its steps.

    :param marker: the uuid of the step to go on after
    :raises MarkerNotFound: the action has no such step
    :raises ActionNotFound: it is not there any more
    """
    action_id = connection.execute(
        sa.select(ACTIONS.c.id).where(ACTIONS.c.uuid == uuid)
    ).scalar()
    found = summary.of_actions(connection, [action_id] if action_id else [])
    if not found:
        raise exception.ActionNotFound(identifier=uuid)
    return found[0], _steps(connection, found[0]['id'], limit, marker)


def _steps(
    connection: sa.Connection, action_id: int, limit: int, marker: str | None
) -> Steps:
    is_of = EVENTS.c.action_id == action_id
    after, before, ended_at = 0, {}, None
    if marker is not None:
        after = (
            connection.execute(
                sa.select(EVENTS.c.id).where(EVENTS.c.uuid == marker, is_of)
            ).scalar()
            or 0
        )
        if not after:
            raise exception.MarkerNotFound(marker=marker)
        for name, count, end in connection.execute(
            sa.select(
                EVENTS.c.event,
                sa.func.count(),
                sa.func.max(EVENTS.c.finish_time),
            )
            .where(is_of, EVENTS.c.id <= after)
            .group_by(EVENTS.c.event)
        ):
            before[name] = count
            ended_at = max(filter(None, (end, ended_at)), default=None)
    events = table.found(
        connection,
        sa.select(EVENTS)
        .where(is_of, EVENTS.c.id > after)
        .order_by(EVENTS.c.id)
        .limit(limit + 1),
    )
    shown = page.within(events[:limit], limit)
    return Steps(shown, len(events) > len(shown), before, ended_at)


@reader
def usual(
    connection: sa.Connection, action: str, owner_id: str | None
) -> tuple[int, int, int] | None:
    """Return what the newest actions of a kind that went well took: the
    median and the 95th percentile, microseconds, and how many those are.

    :param owner_id: of that project's servers only
    """
    ids = scan.find(
        connection,
        Query(
            owner_id=owner_id,
            equal={'action': action},
            statuses=(status.SUCCEEDED, status.SUCCEEDED_AFTER_RETRY),
        ),
        SAMPLE,
    ).ids
    took = sorted(
        (end - start) // datetime.timedelta(microseconds=1)
        for some in page.chunks(ids)
        for start, end in connection.execute(
            sa.select(ACTIONS.c.start_time, ACTIONS.c.finish_time).where(
                ACTIONS.c.id.in_(some)
            )
        )
        if start and end
    )
    if not took:
        return None
    return _percentile(took, 50), _percentile(took, 95), len(took)


def _percentile(values: Sequence[int], percent: int) -> int:
    """Return the least of sorted values that so many are not above."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


@reader
def alike(
    connection: sa.Connection, row: Mapping[str, Any], owner_id: str | None
) -> tuple[int, dict[str, int]]:
    """Return how many other actions of its kind went wrong lately for the
    same reason (at most :data:`SAMPLE`), and on which hosts how many.

    :param row: an action at a glance
    :param owner_id: of that project's servers only
    """
    ids = set(
        scan.find(
            connection,
            Query(
                owner_id=owner_id,
                equal={'action': row['action'], 'reason': row['reason']},
                statuses=(status.FAILED, status.INTERRUPTED),
                started=(timeutils.utcnow() - ALIKE, None),
            ),
            SAMPLE,
        ).ids
    )
    ids.discard(row['id'])
    hosts: collections.Counter[str] = collections.Counter()
    for some in page.chunks(sorted(ids)):
        hosts.update(
            dict(
                connection.execute(
                    sa.select(
                        EVENTS.c.host,
                        sa.func.count(EVENTS.c.action_id.distinct()),
                    )
                    .where(
                        EVENTS.c.action_id.in_(some),
                        EVENTS.c.host.is_not(None),
                        EVENTS.c.reason == row['reason'],
                    )
                    .group_by(EVENTS.c.host)
                )
                .tuples()
                .all()
            )
        )
    return len(ids), dict(hosts)
