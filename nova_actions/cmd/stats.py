# SPDX-License-Identifier: Apache-2.0
"""The verb of ``nova-actions-manage db`` that shows its size."""

import dataclasses
import datetime
from typing import Any

from oslo_config import cfg
from oslo_utils import timeutils

from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.db import size
from nova_actions.upkeep import retention
from nova_actions.vocabulary import counted

Row = dict[str, Any]

TITLES = ('Table', 'Rows', 'Bytes')
_UNITS = ('B', 'KiB', 'MiB', 'GiB', 'TiB')


def db_stats(args: Any, conf: cfg.ConfigOpts) -> int:
    """Print rows, bytes, growth, the oldest action and the next purge."""
    context = get_admin_context()
    now = timeutils.utcnow()
    tables = size.tables(context)
    growth = size.growth(context, now, tables)
    output.show(
        args.format,
        {
            'tables': [dataclasses.asdict(each) for each in tables],
            'growth_a_day': growth and dataclasses.asdict(growth),
            **_purge(context, conf.retention.days, size.oldest(context), now),
        },
        stats_text,
    )
    return failure.OK


def _purge(
    context: RequestContext,
    days: int,
    oldest: datetime.datetime | None,
    now: datetime.datetime,
) -> Row:
    """Return the time of the oldest action, when it will be purged, and at
    most how many are due."""
    kept = datetime.timedelta(days=days)
    due = (
        retention.purge_total(context, retention.Selection(now - kept))
        if days
        else 0
    )
    return {
        'oldest': oldest and oldest.replace(tzinfo=datetime.UTC),
        'retention_days': days or None,
        'next_purge': (oldest + kept).replace(tzinfo=datetime.UTC)
        if days and oldest
        else None,
        'due': due,
    }


def stats_text(found: Row) -> str:
    """Return the statistics as text."""
    shown = table.render(
        TITLES,
        [
            (each['name'], each['rows'], in_bytes(each['bytes']))
            for each in found['tables']
        ],
    )
    return '\n'.join(
        [
            shown,
            '',
            'Oldest action:  '
            + table.printable(table.moment(found['oldest'])),
            f'Growth a day:   {_growth(found["growth_a_day"])}',
            f'Next purge:     {_next(found)}',
        ]
    )


def _growth(growth: Row | None) -> str:
    if growth is None:
        return table.NONE
    actions, events = round(growth['actions']), round(growth['events'])
    text = f'{counted(actions, "action")}, {counted(events, "event")}'
    if growth['bytes'] is not None:
        text += f', {in_bytes(round(growth["bytes"]))}'
    return text


def _next(found: Row) -> str:
    days = found['retention_days']
    if days is None:
        return 'never ([retention] days is 0)'
    if found['due']:
        return (
            f'due: at most {counted(found["due"], "action")} older than '
            f'{counted(days, "day")}'
        )
    return (
        f'{table.printable(table.moment(found["next_purge"]))} '
        f'(keeps {counted(days, "day")})'
    )


def in_bytes(number: int | None) -> str | None:
    """Return a number of bytes with three significant digits."""
    if number is None:
        return None
    value, unit = float(number), _UNITS[0]
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f'{value:.3g} {unit}'
