# SPDX-License-Identifier: Apache-2.0
"""Applies a batch of reports: one transaction, and a number of statements
that does not grow with the batch."""

import dataclasses
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import charset
from nova_actions.db import clock
from nova_actions.db import ledger
from nova_actions.db import ledger_rules
from nova_actions.db import reporter
from nova_actions.db import table
from nova_actions.db.engine import engine
from nova_actions.db.engine import errors_translated
from nova_actions.db.engine import reader
from nova_actions.db.engine import recorder
from nova_actions.db.models import INSTANCES
from nova_actions.db.verdict import Verdict
from nova_actions.db.verdict import refused
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

Row = dict[str, Any]
Reports = Sequence[Mapping[str, Any]]

#: How often a batch is tried when others store the same things meanwhile.
ROUNDS = 5

_INSTANCES = sa.select(INSTANCES).where(
    INSTANCES.c.uuid.in_(sa.bindparam('uuids', expanding=True))
)


def apply(
    context: Any,
    reports: Reports,
    epoch: str | None = None,
    host: str | None = None,
    elsewhere: Mapping[str, Row] | None = None,
    judged: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """Apply a batch in its order and say of each report what became of it.

    The same handle again changes nothing.

    :param reports: whole reports, their shapes checked and texts made safe
    :param epoch: the session of the reporter that sends them; an empty batch,
        too, is a heartbeat
    :param elsewhere: instances known to others, which our own database takes
        over with their first action
    :param judged: whose servers these were when the rules were asked: the
        project by the server's uuid
    :raises InstanceExists: a server has been registered to another project
        meanwhile; some of the batch may be stored
    :raises DatabaseUnavailable: some of the batch may be stored, the rest
        is not
    """
    with errors_translated():
        # The first connection tells what can be held.
        engine()
    fitted, cut = clock.fit_all(reports)
    replaced = [0] * len(fitted)
    if charset.codec is not None:
        found = [charset.fit_row(row) for row in fitted]
        fitted, replaced = [row for row, _ in found], [n for _, n in found]
    answers = _apply_each(
        context, fitted, epoch, host, elsewhere or {}, judged or {}
    )
    if not any(replaced) and not any(cut):
        return answers
    _tell_replaced(fitted, replaced)
    return [
        dataclasses.replace(answer, replaced=count, cut=late)
        for answer, count, late in zip(answers, replaced, cut, strict=True)
    ]


def _tell_replaced(reports: Reports, replaced: Sequence[int]) -> None:
    for each, count in zip(reports, replaced, strict=True):
        if count:
            LOG.warning(
                'Replaced %s of the %s %s on server %s, host %s: the encoding '
                'of the database has none such',
                counted(count, 'character'),
                each['kind'],
                each['uuid'],
                each['instance_uuid'],
                each['host'],
            )


def _apply_each(context: Any, reports: Reports, *args: Any) -> list[Verdict]:
    """Apply a batch; where the database refuses a value of it, in halves, so
    that the one report is refused that has it."""
    try:
        return _apply_anew(context, reports, *args)
    except exception.Invalid as error:
        if not reports:
            raise
        if len(reports) == 1:
            return [refused(error)]
    middle = len(reports) // 2
    return [
        answer
        for part in (reports[:middle], reports[middle:])
        for answer in _apply_each(context, part, *args)
    ]


def _apply_anew(context: Any, reports: Reports, *args: Any) -> list[Verdict]:
    for attempt in range(ROUNDS):
        try:
            return _apply(context, reports, *args)
        except exception.InstanceExists:
            raise
        except exception.Conflict:
            if attempt == ROUNDS - 1:
                raise exception.DatabaseUnavailable() from None
    raise AssertionError


@reader
def owners(connection: sa.Connection, uuids: Iterable[str]) -> dict[str, Row]:
    """Return the instances of our own database among those, by uuid."""
    return _known_instances(connection, uuids)


def _known_instances(
    connection: sa.Connection, uuids: Iterable[str]
) -> dict[str, Row]:
    return {
        row['uuid']: row
        for row in table.found(
            connection, _INSTANCES, {'uuids': sorted(set(uuids))}
        )
    }


@recorder
def _apply(
    connection: Any,
    reports: Reports,
    epoch: str | None,
    host: str | None,
    elsewhere: Mapping[str, Row],
    judged: Mapping[str, str],
) -> list[Verdict]:
    if epoch is not None:
        reporter.beat(connection, epoch, host)
    if not reports:
        return []
    uuids = {report['instance_uuid'] for report in reports}
    known = _known_instances(connection, uuids)
    for uuid, row in known.items():
        if judged.get(uuid, row['project_id']) != row['project_id']:
            raise exception.InstanceExists(instance_uuid=uuid)
    entries = [ledger.as_entry(report) for report in reports]
    book = ledger.load(connection, entries, {**elsewhere, **known})
    answers = [_enter(book, entry) for entry in entries]
    ledger.store(connection, book)
    return answers


def _enter(book: ledger_rules.Ledger, entry: ledger_rules.Report) -> Verdict:
    try:
        return Verdict(book.enter(entry))
    except exception.ActionsException as error:
        return refused(error)
