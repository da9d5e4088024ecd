# SPDX-License-Identifier: Apache-2.0
"""An action as a row of a list."""

from collections.abc import Sequence
from typing import Any

from nova_actions_client import column
from nova_actions_client import record
from nova_actions_client import text

TITLES = ('ID', 'Started', 'Server', 'Action', 'Status', 'Took', 'Why')
#: On a narrow screen, where the reason is below the status.
NARROW_TITLES = ('ID', 'Started', 'Server', 'Action', 'Took', 'Status')
#: What Nova tells. It has no short ids.
BARE_TITLES = ('Request', 'Started', 'Action', 'Status')
LONG_TITLES = (
    'ID',
    'Request',
    'Started',
    'Ended',
    'Server',
    'Server Name',
    'Action',
    'Status',
    'Took',
    'User',
    'Project',
    'Hosts',
    'Attempts',
    'Why',
)


def wide(action: record.Action, form: str) -> tuple[Any, ...]:
    """Return the usual columns.

    :param form: of the time, for a person, see :func:`moment.clock`
    """
    return (
        column.ShortId(action.id),
        column.Time(action.start, form),
        column.Text(action.server_name or action.server),
        column.Text(action.action),
        column.Status(action.status),
        column.Took(action.duration),
        column.Text(action.reason),
    )


def narrow(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of :func:`wide` for a screen of 80 columns.

    A time with a date loses its seconds; one with a year takes two lines.
    """
    short_id, started, server, action, status, took, why = cells
    day, _, clock = started.rpartition(' ')
    if day:
        started = f'{day}\n{clock}' if len(day) > 5 else f'{day} {clock[:5]}'
    if why not in (text.NONE, status):
        status = f'{status}: {why}'
    return short_id, started, server, action, took, status


def bare(action: record.Action, form: str) -> tuple[Any, ...]:
    """Return the columns that a list of Nova has."""
    return (
        column.Text(action.request),
        column.Time(action.start, form),
        column.Text(action.action),
        column.Status(action.status),
    )


def long(action: record.Action) -> tuple[Any, ...]:
    """Return all columns."""
    hosts = None if action.hosts is None else text.listed(action.hosts)
    return (
        column.Text(action.id),
        column.Text(action.request),
        column.Time(action.start),
        column.Time(action.finish),
        column.Text(action.server),
        column.Text(action.server_name),
        column.Text(action.action),
        column.Status(action.status),
        column.Took(action.duration),
        column.Text(action.user_name or action.user),
        column.Text(action.project),
        column.Text(hosts),
        action.attempts,
        column.Text(action.reason),
    )
