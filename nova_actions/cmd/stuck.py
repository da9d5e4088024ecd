# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage action`` that list and close what stays
open."""

import datetime
import getpass
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from oslo_utils import timeutils

from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.context import get_admin_context
from nova_actions.db import stuck
from nova_actions.objects import text
from nova_actions.upkeep import stale_reporter
from nova_actions.vocabulary import counted

Row = dict[str, Any]

TITLES = (
    'UUID',
    'Action',
    'Open for',
    'Usually up to',
    'Step',
    'Host',
    'Server',
)

_MICROSECOND = datetime.timedelta(microseconds=1)


def action_stuck(args: Any) -> int:
    """Print what has been open for longer than it should be."""
    now = timeutils.utcnow()
    found = stuck.find(
        get_admin_context(),
        now - args.older,
        args.on_host,
        args.limit + 1,
    )
    rows = list(_shown(found[: args.limit], now))
    output.show(args.format, rows, stuck_text)
    if args.format == 'table' and len(found) > args.limit:
        print(f'\nMore than {args.limit} are open; --limit N shows more.')
    return failure.OK


def _shown(found: Iterable[Row], now: datetime.datetime) -> Iterator[Row]:
    """Yield open steps as they are shown, with the usual duration of each."""
    context = get_admin_context()
    usual: dict[tuple[str, str | None], stuck.Usual | None] = {}
    for row in found:
        name = (
            (row['action'], None)
            if row['event'] is None
            else ('', row['event'])
        )
        if name not in usual:
            usual[name] = (
                stuck.usual_of_action(context, row['action'])
                if row['event'] is None
                else stuck.usual_of_step(context, row['event'])
            )
        length = usual[name]
        yield {
            **row,
            'since': row['since'].replace(tzinfo=datetime.UTC),
            'open_us': (now - row['since']) // _MICROSECOND,
            'usual_us': length and length.half,
            'usual_95_us': length and length.most,
        }


def stuck_text(rows: Sequence[Row]) -> str:
    """Return open steps as a table."""
    if not rows:
        return 'Nothing is open for that long.'
    return table.render(
        TITLES,
        [
            (
                row['uuid'],
                row['action'],
                table.duration(row['open_us']),
                table.duration(row['usual_95_us']),
                row['event'],
                row['host'],
                row['display_name'] or row['instance_uuid'],
            )
            for row in rows
        ],
        table.screen(),
    )


def action_close(args: Any) -> int:
    """Close an action, or what is open on a host, as interrupted."""
    if args.uuid is not None:
        return _close_one(args)
    if args.older is None:
        raise failure.Refusal(
            '--host closes what has been open there for '
            'longer than --older; give both'
        )
    now = timeutils.utcnow()
    before = now - args.older
    context = get_admin_context()
    if args.dry_run:
        found = stuck.find(context, before, args.on_host)
        print(stuck_text(list(_shown(found, now))))
        print(
            f'\nWould have closed {counted(len(found), "step")} on '
            f'{args.on_host}.'
        )
        return failure.OK
    span = table.duration(args.older // _MICROSECOND)
    evidence, rules = _evidence(
        args.reason or f'open on {args.on_host} for longer than {span}', now
    )
    closed = 0
    uuids = sorted(
        {row['uuid'] for row in stuck.find(context, before, args.on_host)}
    )
    for start in range(0, len(uuids), stale_reporter.CHUNK):
        closed += stale_reporter.close_steps(
            context,
            uuids[start : start + stale_reporter.CHUNK],
            args.on_host,
            before,
            evidence,
            rules,
        )
    print(f'Closed {counted(closed, "step")} on {args.on_host}.')
    return failure.OK


def _close_one(args: Any) -> int:
    if args.older is not None or args.dry_run:
        raise failure.Refusal(
            '--older and --dry-run need --host; an action given by its UUID '
            'is closed whatever its age'
        )
    if args.reason is None:
        raise failure.Refusal('give a reason with --reason TEXT')
    evidence, rules = _evidence(args.reason, timeutils.utcnow())
    closed = stale_reporter.close_action(
        get_admin_context(), args.uuid, evidence, rules
    )
    print(
        f'Closed action {args.uuid}: '
        + (
            f'{counted(closed, "step")} interrupted.'
            if closed
            else 'it had no open step.'
        )
    )
    return failure.OK


def _evidence(reason: str, now: datetime.datetime) -> tuple[str, str | None]:
    """Return who closes something, when and why, and the version of the rules
    that sanitized it."""
    moment = now.isoformat(timespec='seconds')
    safe = text.details(f'Closed by {_who()} at {moment}Z: {reason}')
    return safe['details'], safe['rules']


def _who() -> str:
    user, host = getpass.getuser(), socket.gethostname()
    caller = os.environ.get('SUDO_USER')
    return (
        f'{user} (sudo of {caller}) on {host}'
        if caller
        else (f'{user} on {host}')
    )
