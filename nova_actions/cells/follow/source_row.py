# SPDX-License-Identifier: Apache-2.0
"""Converts rows of a cell to reports, as the rules of the record take them."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

from nova_actions import sanitize
from nova_actions import vocabulary
from nova_actions.db import ledger_rules

Row = dict[str, Any]
Time = datetime.datetime

ACTIONS = 'instance_actions'
EVENTS = 'instance_actions_events'

_NAMESPACE = uuid.UUID('2f1f0e7a-5f0b-5c6e-9d5b-0d6f3b7a9c41')
#: The age of a row that has no time at all.
_LONG_AGO = Time(1970, 1, 1)


def action_uuid(cell: str, source_id: int) -> str:
    """Return the uuid of our copy of a cell's action: always the same."""
    return str(uuid.uuid5(_NAMESPACE, f'{cell}/{ACTIONS}/{source_id}'))


def event_uuid(cell: str, source_id: int, attempt: int) -> str:
    """Return the uuid of one of our copies of a cell's event."""
    return str(
        uuid.uuid5(_NAMESPACE, f'{cell}/{EVENTS}/{source_id}/{attempt}')
    )


def copies(
    cell: str, own: Iterable[Row], theirs: Iterable[Row]
) -> dict[int, Row]:
    """Return our copy of each action of a cell that has one, by its id
    there."""
    by_uuid = {row['uuid']: row for row in own}
    found = {}
    for row in theirs:
        copy = by_uuid.get(action_uuid(cell, row['id']))
        if copy is not None:
            found[row['id']] = copy
    return found


def created(row: Mapping[str, Any]) -> Time:
    """Return when a row was created, as far as it says."""
    times = (
        _time(row.get(name))
        for name in ('created_at', 'start_time', 'updated_at')
    )
    return next(filter(None, times), _LONG_AGO)


def seen(row: Mapping[str, Any]) -> str | None:
    """Return what tells how a cell's event has ended from how it might end
    when Nova overwrites it; None while it is open."""
    finish = _time(row['finish_time'])
    if finish is None:
        return None
    return f'{finish.isoformat()} {row["result"]}'[:64]


def server(row: Mapping[str, Any]) -> str | None:
    """Return the uuid of an action's server; None where it has none."""
    value = str(row['instance_uuid'] or '').lower()
    return value if len(value) == 36 else None


def action(
    cell: str, row: Mapping[str, Any], sanitizer: sanitize.Sanitizer
) -> Row:
    """Return the report of a cell's action, with its ``created_at``,
    ``updated_at`` and ``finish_time``."""
    return {
        'kind': ledger_rules.ACTION,
        'is_system': False,
        'uuid': action_uuid(cell, row['id']),
        'instance_uuid': server(row),
        'name': sanitizer.name(row['action']) or '',
        'request_id': row['request_id'],
        'global_request_id': None,
        'user_id': sanitizer.name(row['user_id']),
        'user_name': None,
        'project_id': sanitizer.name(row['project_id']),
        'project_name': None,
        **_times(row),
    }


def event(row: Mapping[str, Any], sanitizer: sanitize.Sanitizer) -> Row:
    """Return the report of a cell's event, without what its action and its
    attempt tell."""
    is_over = _time(row['finish_time']) is not None
    texts = _texts(row, sanitizer)
    error = row['result'] == vocabulary.RESULT_ERROR
    return {
        'kind': ledger_rules.FINISH if is_over else ledger_rules.START,
        'is_system': False,
        'name': sanitizer.name(row['event']) or '',
        'host': sanitizer.name(row['host']),
        'epoch': None,
        'result': sanitizer.name(row['result']) if is_over else None,
        'details': texts.details,
        'traceback': texts.traceback,
        'error_type': texts.error_type if error else None,
        'reason': (
            texts.reason or sanitizer.error('', None).reason if error else None
        ),
        'rules': texts.rules,
        'redactions': texts.redactions,
        'duration_us': None,
        **_times(row),
    }


def again(report: Row, details: str | None, traceback: str | None) -> Row:
    """Return the report of a further attempt, from a row that tells of it in
    the place of the one before.

    Nova overwrites the end alone: when it began is not told, and texts that
    are as before are those of the attempt before.

    :param details: of the attempt before
    :param traceback: likewise
    """
    report = {
        **report,
        'start_time': None,
        'created_at': report['finish_time'],
    }
    if report['result'] == vocabulary.RESULT_SUCCESS and (
        (report['details'], report['traceback']) == (details, traceback)
    ):
        report.update(details=None, traceback=None, redactions=0)
    return report


def owner(row: Mapping[str, Any], sanitizer: sanitize.Sanitizer) -> Row:
    """Return a cell's server as our own database knows servers."""
    return {
        'uuid': str(row['uuid']).lower(),
        'project_id': row['project_id'] or '',
        'user_id': row['user_id'],
        'display_name': sanitizer.name(row['display_name']),
        'created_at': created(row),
        'deleted': row['deleted'] or 0,
        'deleted_at': _time(row['deleted_at']),
    }


def _texts(
    row: Mapping[str, Any], sanitizer: sanitize.Sanitizer
) -> sanitize.ErrorText:
    if row['details'] is None and row['traceback'] is None:
        return sanitize.ErrorText(None, None, None, None)
    return sanitizer.error(row['details'], row['traceback'])


def _times(row: Mapping[str, Any]) -> Row:
    return {
        'created_at': created(row),
        **{
            name: _time(row[name])
            for name in ('start_time', 'finish_time', 'updated_at')
        },
    }


def _time(value: Any) -> Time | None:
    """Return a time as naive UTC. MySQL's invalid dates come as text."""
    if not isinstance(value, Time):
        return None
    return timeutils.normalize_time(value)
