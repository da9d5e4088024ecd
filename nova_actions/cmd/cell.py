# SPDX-License-Identifier: Apache-2.0
"""The verb of ``nova-actions-manage cell``: shows how far a cell has been
copied, and pauses or resumes it."""

import dataclasses
import datetime
from typing import Any

from nova_actions.cells import registry
from nova_actions.cells.follow import estimate
from nova_actions.cells.follow import source
from nova_actions.cells.follow import state
from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.context import get_admin_context
from nova_actions.db import lease
from nova_actions.vocabulary import counted

Row = dict[str, Any]

OFF = 'off'
PAUSED = 'paused'
UNATTENDED = 'nobody follows it'
HISTORY = 'copying what is there'
FOLLOWING = 'following'


def cell_follow(args: Any) -> int:
    """Show how far a cell has been copied; with an option, pause it, resume it
    or estimate what there is to copy."""
    settings = registry.settings(args.cell)
    context = get_admin_context()
    if args.pause or args.resume:
        state.pause(context, args.cell, bool(args.pause))
        print(f'{args.cell} is {"paused" if args.pause else "resumed"}.')
        return failure.OK
    row = state.get(context, args.cell)
    if args.dry_run:
        output.show(
            args.format,
            dataclasses.asdict(_estimate(args.cell, settings, row)),
            estimate_text,
        )
        return failure.OK
    found = shown(args.cell, bool(settings.follow), row)
    output.show(args.format, found, state_text)
    return (
        failure.OK
        if found['state'] in (HISTORY, FOLLOWING)
        else failure.ABSENT
    )


def _estimate(
    name: str, settings: Any, row: state.State | None
) -> estimate.Estimate:
    cell = source.Source(name, settings.connection, registry.get(name).timeout)
    try:
        return estimate.make(cell, row, settings.follow_rate)
    finally:
        cell.dispose()


def shown(name: str, is_on: bool, row: state.StateNow | None) -> Row:
    """Return a state as it is shown and printed as JSON."""
    if row is None:
        return {'cell': name, 'state': UNATTENDED if is_on else OFF}
    top = row['action_top'] + row['event_top']
    lag = row['caught_up_at'] and row['now'] - row['caught_up_at']
    return {
        'cell': name,
        'state': _word(is_on, row),
        **{
            each: row[each]
            for each in ('actions', 'events', 'attempts', 'skipped')
        },
        'percent': 100
        if row['whole_at']
        else ((row['action_id'] + row['event_id']) * 100 // top if top else 0),
        'lag': lag and max(0.0, lag.total_seconds()),
        'floor': row['floor'] and row['floor'].replace(tzinfo=datetime.UTC),
        'holder': lease.shown(row['holder']),
    }


def _word(is_on: bool, row: state.StateNow) -> str:
    if row['paused']:
        return PAUSED
    if row['lease_end'] is None or row['lease_end'] <= row['now']:
        return UNATTENDED if is_on else OFF
    return FOLLOWING if row['whole_at'] else HISTORY


def state_text(found: Row) -> str:
    """Return a state as lines."""
    lines = [f'Cell:        {found["cell"]}', f'State:       {found["state"]}']
    if 'actions' not in found:
        return '\n'.join(lines)
    lag, floor = found['lag'], found['floor']
    return '\n'.join(
        [
            *lines,
            f'Copied:      {counted(found["actions"], "action")}, '
            f'{counted(found["events"], "event")} ({found["percent"]} %)',
            f'Overwritten: {counted(found["attempts"], "event")}',
            f'Left out:    {counted(found["skipped"], "row")}',
            f'Lag:         {"-" if lag is None else f"{lag:.0f} s"}',
            f'Not before:  {table.printable(table.moment(floor))}',
            f'By:          {table.printable(found["holder"])}',
        ]
    )


def estimate_text(found: Row) -> str:
    """Return an estimate as a sentence."""
    return (
        f'To copy: at most {counted(found["actions"], "action")} and '
        f'{counted(found["events"], "event")}, about '
        f'{found["bytes"] / 1e6:.1f} MB of text; '
        f'{found["seconds"]:.0f} s at follow_rate.'
    )
