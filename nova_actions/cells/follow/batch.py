# SPDX-License-Identifier: Apache-2.0
"""Stores some rows of a cell in one transaction, which first checks that the
lease is still held. Storing them again changes nothing."""

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import exception
from nova_actions import sanitize
from nova_actions.cells.follow import prepared
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state
from nova_actions.cells.follow import writer
from nova_actions.context import RequestContext
from nova_actions.db import clock
from nova_actions.db.engine import recorder

LOG = logging.getLogger(__name__)

Row = dict[str, Any]

#: How often a batch is tried again when its servers are registered meanwhile.
ROUNDS = 5


@dataclasses.dataclass(frozen=True)
class Batch:
    """Rows of a cell, each list in the order of its ids.

    :param actions: those of the events that are not copied yet among them
    :param owners: the servers of the actions, as far as the cell knows them
    :param reached: what the state is to hold when they are stored
    """

    actions: Sequence[Row] = ()
    events: Sequence[Row] = ()
    owners: Sequence[Row] = ()
    reached: Mapping[str, int] = dataclasses.field(default_factory=dict)


def store(
    context: RequestContext,
    cell: str,
    holder: str,
    batch: Batch,
    sanitizer: sanitize.Sanitizer,
) -> None:
    """Store a batch, without the rows that the database refuses.

    :raises Lost: another conductor follows the cell
    :raises DatabaseUnavailable: nothing is stored
    """
    # Texts are sanitised before anything is locked.
    _store_parts(
        context,
        cell,
        holder,
        prepared.Prepared(
            [
                (row, clock.fit(source_row.action(cell, row, sanitizer))[0])
                for row in batch.actions
                if source_row.server(row)
            ],
            [
                (row, clock.fit(source_row.event(row, sanitizer))[0])
                for row in batch.events
            ],
            [source_row.owner(row, sanitizer) for row in batch.owners],
            batch.reached,
        ),
    )


def _store_parts(
    context: RequestContext, cell: str, holder: str, batch: prepared.Prepared
) -> None:
    try:
        _store_with_retries(context, cell, holder, batch)
        return
    except exception.Invalid:
        if len(batch.actions) + len(batch.events) <= 1:
            _tell_skipped(cell, batch)
            _store_with_retries(
                context,
                cell,
                holder,
                dataclasses.replace(
                    batch, actions=[], events=[], owners=[], skipped=1
                ),
            )
            return
    for part in batch.halves():
        _store_parts(context, cell, holder, part)


def _tell_skipped(cell: str, batch: prepared.Prepared) -> None:
    for name, rows in (
        (source_row.ACTIONS, batch.actions),
        (source_row.EVENTS, batch.events),
    ):
        for row, _report in rows:
            LOG.warning(
                'A row of cell %s cannot be stored: %s, id %s',
                cell,
                name,
                row['id'],
            )


def _store_with_retries(
    context: RequestContext, cell: str, holder: str, batch: prepared.Prepared
) -> None:
    for attempt in range(ROUNDS):
        try:
            _store(context, cell, holder, batch)
            return
        except exception.Conflict:
            if attempt == ROUNDS - 1:
                raise exception.DatabaseUnavailable() from None


@recorder
def _store(
    connection: sa.Connection, cell: str, holder: str, batch: prepared.Prepared
) -> None:
    held = state.held(connection, cell, holder)
    work = writer.Writer(connection, cell, held, batch)
    if batch.actions or batch.events:
        work.enter()
    state.change(connection, held['id'], **work.totals(), **batch.reached)
