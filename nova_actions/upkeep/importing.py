# SPDX-License-Identifier: Apache-2.0
"""Copies the owners of a cell's servers into our own database."""

import datetime
import logging
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.cells import query
from nova_actions.cells import registry
from nova_actions.context import RequestContext
from nova_actions.db.engine import writer
from nova_actions.db.models import INSTANCES

LOG = logging.getLogger(__name__)

Row = dict[str, Any]

#: How many servers are copied in one transaction.
BATCH = 500

#: How often a batch is tried again when its servers are registered meanwhile.
ROUNDS = 5

#: Columns of a server that may change; its owner may not.
_CHANGING = ('display_name', 'deleted', 'deleted_at')
_COPIED = ('uuid', 'project_id', 'user_id', *_CHANGING)


def instance_import(context: RequestContext, cell: str) -> Iterator[int]:
    """Copy the owners of all servers of a cell, the deleted ones too, and
    yield how many are done after each batch.

    Each batch is a transaction, and the same again changes nothing: after an
    interruption, import the cell again.

    :raises CellNotFound: when that cell is not attached
    :raises CellUnavailable: it does not answer; what was done stays
    """
    source = registry.get(cell)
    last = done = 0
    while True:
        rows = source.ask(query.instance_page, last, BATCH)
        if not rows:
            return
        last = rows[-1]['id']
        # While a server moves between cells, both have it, one hidden.
        owners = [
            registry.as_owner(row, cell) for row in rows if not row['hidden']
        ]
        store(context, owners)
        done += len(owners)
        yield done


def store(context: RequestContext, owners: list[Row]) -> None:
    """Store servers and their owners; update known ones.

    :param owners: with the columns of our table and ``cell``, where each is
        from
    """
    for attempt in range(ROUNDS):
        try:
            _store_batch(context, owners)
            return
        except exception.Conflict:
            if attempt == ROUNDS - 1:
                raise


@writer
def _store_batch(session: orm.Session, owners: list[Row]) -> None:
    there = {
        row['uuid']: row
        for row in session.execute(
            sa.select(INSTANCES).where(
                INSTANCES.c.uuid.in_(sorted(owner['uuid'] for owner in owners))
            )
        ).mappings()
    }
    now = timeutils.utcnow()
    new = []
    for owner in owners:
        own = there.get(owner['uuid'])
        if own is None:
            new.append(_new(owner, now))
        elif changed := _changed(own, owner):
            session.execute(
                sa.update(INSTANCES)
                .where(INSTANCES.c.id == own['id'])
                .values(**changed, updated_at=now)
            )
    if new:
        session.execute(sa.insert(INSTANCES), new)


def _new(owner: Row, now: datetime.datetime) -> Row:
    return {
        **{name: owner[name] for name in _COPIED},
        'created_at': owner['created_at'] or now,
        'updated_at': now,
    }


def _changed(own: sa.RowMapping, owner: Row) -> Row:
    """Return what has changed of a server; nothing of one that belongs to
    another project."""
    if own['project_id'] != owner['project_id']:
        LOG.warning(
            'Server %s of cell %s belongs to another project '
            'there; its owner is kept',
            own['uuid'],
            owner['cell'],
        )
        return {}
    return {
        name: owner[name] for name in _CHANGING if own[name] != owner[name]
    }
