# SPDX-License-Identifier: Apache-2.0
"""Applies a batch of reports: one transaction, and a number of statements
that does not grow with the batch.

Locks are taken in one order, everywhere: the reporter, the actions by id,
then their events.
"""

import dataclasses
import datetime
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from oslo_utils import timeutils
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.db import charset
from nova_actions.db import clock
from nova_actions.db import reporter
from nova_actions.db import rows as rows_module
from nova_actions.db import status
from nova_actions.db import verdict
from nova_actions.db.engine import engine
from nova_actions.db.engine import errors_translated
from nova_actions.db.engine import reader
from nova_actions.db.engine import writer
from nova_actions.db.models import ACTIONS
from nova_actions.db.models import EVENTS
from nova_actions.db.models import INSTANCES
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

Row = dict[str, Any]
Reports = Sequence[Mapping[str, Any]]

#: How often a batch is begun anew when another one has stored the same
#: things meanwhile.
ROUNDS = 5


def apply(context: Any, reports: Reports, epoch: str | None = None,
          host: str | None = None,
          elsewhere: Mapping[str, Row] | None = None,
          judged: Mapping[str, str] | None = None) -> list[verdict.Verdict]:
    """Apply a batch in its order and say of each report what became of it.

    The same handle again changes nothing.

    :param reports: whole reports, their shapes checked and texts made safe
    :param epoch: the life of the reporter that sends them; it counts as
        heard of, also with an empty batch
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
    fitted, replaced, cut = [], [], []
    for each in reports:
        row, late = clock.fit(each)
        row, count = charset.fit_row(row)
        fitted.append(row)
        replaced.append(count)
        cut.append(late)
    answers = _apply_each(context, fitted, epoch, host, elsewhere or {},
                          judged or {})
    _tell_replaced(fitted, replaced)
    return [dataclasses.replace(answer, replaced=count, cut=late)
            for answer, count, late in zip(answers, replaced, cut,
                                           strict=True)]


def _tell_replaced(reports: Reports, replaced: Sequence[int]) -> None:
    for each, count in zip(reports, replaced, strict=True):
        if count:
            LOG.warning(
                'Replaced %s of the %s %s on server %s, host %s: the encoding '
                'of the database has none such', counted(count, 'character'),
                each['kind'], each['uuid'], each['instance_uuid'],
                each['host'])


def _apply_each(context: Any, reports: Reports,
                *args: Any) -> list[verdict.Verdict]:
    """Apply a batch; where the database refuses a value of it, in halves, so
    that the one report is refused that has it."""
    try:
        return _apply_anew(context, reports, *args)
    except exception.Invalid as error:
        if not reports:
            raise
        if len(reports) == 1:
            return [verdict.refused(error)]
    middle = len(reports) // 2
    return [answer for part in (reports[:middle], reports[middle:])
            for answer in _apply_each(context, part, *args)]


def _apply_anew(context: Any, reports: Reports,
                *args: Any) -> list[verdict.Verdict]:
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
def owners(session: orm.Session, uuids: Iterable[str]) -> dict[str, Row]:
    """Return the instances of our own database among those, by uuid."""
    return _known_instances(session, uuids)


def _known_instances(session: orm.Session,
                     uuids: Iterable[str]) -> dict[str, Row]:
    rows = session.execute(sa.select(INSTANCES).where(
        INSTANCES.c.uuid.in_(sorted(set(uuids))))).mappings()
    return {row['uuid']: dict(row) for row in rows}


@writer
def _apply(session: orm.Session, reports: Reports, epoch: str | None,
           host: str | None, elsewhere: Mapping[str, Row],
           judged: Mapping[str, str]) -> list[verdict.Verdict]:
    if epoch is not None:
        reporter.beat(session, epoch, host)
    if not reports:
        return []
    uuids = {report['instance_uuid'] for report in reports}
    known = _known_instances(session, uuids)
    for uuid, row in known.items():
        if judged.get(uuid, row['project_id']) != row['project_id']:
            raise exception.InstanceExists(instance_uuid=uuid)
    newest = _newest(session, reports)
    ids = _actions_meant(session, reports) | newest
    locked = lock(session, ids)
    events = _events_meant(session, reports, newest)
    book = verdict.Book({**elsewhere, **known}, locked, events)
    answers = [book.enter(report) for report in reports]
    _store(session, book)
    return answers


def _actions_meant(session: orm.Session, reports: Reports) -> set[int]:
    """Return the ids of the actions that the batch names: by their own
    uuid, by one of their events', or by their request."""
    requests = [report for report in reports
                if report['kind'] != verdict.ACTION and report['request_id']]
    event = sa.select(EVENTS.c.action_id).where(EVENTS.c.uuid.in_(
        [report['uuid'] for report in reports]))
    action = sa.select(ACTIONS.c.id).where(ACTIONS.c.uuid.in_(
        [uuid for report in reports
         for uuid in (report['uuid'], report['action_uuid']) if uuid]))
    request = sa.select(ACTIONS.c.id).where(
        ACTIONS.c.instance_uuid.in_(sorted(
            {report['instance_uuid'] for report in requests})),
        ACTIONS.c.request_id.in_(sorted(
            {report['request_id'] for report in requests})))
    return set(session.execute(sa.union_all(
        event, action, request)).scalars())


def _newest(session: orm.Session, reports: Reports) -> set[int]:
    """Return, for each event of nobody's, the id of the action that was its
    instance's newest when it began."""
    wanted = {(report['instance_uuid'], report['start_time'])
              for report in reports if report['project_id'] is None
              and report['kind'] != verdict.ACTION}
    if not wanted:
        return set()
    queries = []
    for uuid, began in sorted(wanted, key=str):
        query = sa.select(ACTIONS.c.id).where(
            ACTIONS.c.instance_uuid == uuid)
        if began is not None:
            query = query.where(sa.or_(ACTIONS.c.start_time.is_(None),
                                       ACTIONS.c.start_time <= began))
        newest = query.order_by(ACTIONS.c.created_at.desc(),
                                ACTIONS.c.id.desc()).limit(1).subquery()
        queries.append(sa.select(newest.c.id))
    return set(session.execute(sa.union_all(*queries)).scalars())


def lock(session: orm.Session, ids: Iterable[int]) -> list[Row]:
    """Lock actions, in the order of their ids, and return them oldest
    first."""
    rows = session.execute(
        sa.select(ACTIONS).where(ACTIONS.c.id.in_(sorted(ids)))
        .order_by(ACTIONS.c.id).with_for_update()).mappings()
    return sorted((dict(row) for row in rows),
                  key=lambda row: (row['created_at'], row['id']))


def _events_meant(session: orm.Session, reports: Reports,
                  newest: set[int]) -> list[Row]:
    rows = session.execute(sa.select(EVENTS).where(sa.or_(
        EVENTS.c.uuid.in_([report['uuid'] for report in reports
                            if report['kind'] != verdict.ACTION]),
        EVENTS.c.action_id.in_(sorted(newest)))
    ).order_by(EVENTS.c.id)).mappings()
    return [dict(row) for row in rows]


def _insert(session: orm.Session, table: sa.Table,
            rows: Iterable[Row]) -> None:
    now = timeutils.utcnow()
    names = [column.name for column in table.columns if column.name != 'id']
    values = [{**{name: row.get(name) for name in names},
               'created_at': now, 'deleted': 0} for row in rows]
    if values:
        session.execute(sa.insert(table), values)


def _store(session: orm.Session, book: verdict.Book) -> None:
    _insert(session, INSTANCES, book.new_instances)
    _insert(session, ACTIONS, book.new_actions)
    if book.new_actions:
        ids = dict(session.execute(
            sa.select(ACTIONS.c.uuid, ACTIONS.c.id).where(
                ACTIONS.c.uuid.in_([row['uuid'] for row
                                     in book.new_actions]))).tuples().all())
        for row in book.new_actions:
            row['id'] = ids[row['uuid']]
    for row in book.new_events:
        row['action_id'] = row['action']['id']
    _insert(session, EVENTS, book.new_events)
    _update_events(session, list(book.changed.values()))
    new = {row['uuid'] for row in book.new_actions}
    settle(session, {
        action['id']: rows_module.moved(action, at, action['uuid'] in new)
        for action, at in book.touched.values()})


def _update_events(session: orm.Session, rows: list[Row]) -> None:
    if not rows:
        return
    names = ('finish_time', 'result', 'details', 'traceback', 'error_type',
             'reason', 'duration_us', 'redactions', 'updated_at')
    # One statement: of several at once, drivers send one after the other.
    session.execute(sa.update(EVENTS).where(
        EVENTS.c.id.in_(sorted(row['id'] for row in rows))).values({
            name: _by_id(EVENTS, name, rows) for name in names
        }).execution_options(synchronize_session=False))


def _by_id(table: sa.Table, name: str,
           rows: Iterable[Row]) -> sa.ColumnElement[Any]:
    """Return what each of the rows has in a column, as an expression."""
    ids: dict[Any, list[int]] = {}
    for row in rows:
        if row[name] is not None:
            ids.setdefault(row[name], []).append(row['id'])
    kind = table.c[name].type
    if not ids:
        return sa.null()
    return sa.case(*(
        (table.c.id.in_(found), sa.literal(value, kind))
        for value, found in ids.items()))


def settle(session: orm.Session,
           moved: Mapping[int, datetime.datetime]) -> None:
    """Bring locked actions up to date with their events.

    :param moved: their new ``updated_at`` by id
    """
    if not moved:
        return
    # A bare column, which no subquery takes for a table of its own.
    this = cast(Any, sa.literal_column(f'{ACTIONS.name}.id',
                                       type_=ACTIONS.c.id.type))
    values: Row = dict(status.settled(this))
    values['updated_at'] = sa.case(*(
        (ACTIONS.c.id == row_id, sa.literal(at, ACTIONS.c.updated_at.type))
        for row_id, at in moved.items()))
    session.execute(sa.update(ACTIONS).where(
        ACTIONS.c.id.in_(sorted(moved))).values(values).execution_options(
            synchronize_session=False))
