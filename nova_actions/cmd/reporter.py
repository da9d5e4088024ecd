# SPDX-License-Identifier: Apache-2.0
"""The verb of ``nova-actions-manage reporter``: lists reporters, and the
reports that they lost."""

import datetime
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from oslo_utils import timeutils

from nova_actions import vocabulary
from nova_actions.cmd import bridge
from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.context import get_admin_context
from nova_actions.db import reporter

Row = dict[str, Any]

TITLES = ('Host', 'Session', 'Last seen (UTC)', 'State', 'Waiting', 'Lost')

#: The width of the output, unless numbers are huge.
WIDTH = 80
_HOST_WIDTH = 24
_SESSION_WIDTH = 8
_UNITS = ((86400, 'd'), (3600, 'h'), (60, 'min'), (0, 's'))


def reporter_list(args: Any) -> int:
    """Print the live reporters, and the ended ones that lost reports."""
    rows = sorted(
        filter(_is_shown, found()),
        key=lambda row: (row['host'] or '', row['last_seen']),
    )
    output.show(args.format, list(map(_shown, rows)), list_text)
    if args.format == 'table':
        for group in bridge.groups(rows):
            print(
                '\n'
                + textwrap.fill(
                    bridge.line(group),
                    WIDTH,
                    subsequent_indent='    ',
                    break_on_hyphens=False,
                )
            )
    return failure.OK


def found() -> Iterator[Row]:
    """Yield all reporters, as of :func:`db.reporter.page`."""
    context = get_admin_context()
    after = 0
    while page := reporter.page(context, after):
        after = page[-1]['id']
        yield from page


def _is_shown(row: Row) -> bool:
    return bool(row['closed_at'] is None or row['lost'] or row['times_cut'])


def _shown(row: Row) -> Row:
    return {
        'host': row['host'],
        'session': row['epoch'],
        'last_seen': row['last_seen'].replace(tzinfo=datetime.UTC),
        'state': _state(row),
        'waiting': row['waiting'],
        'oldest_age': _age(row['waiting_since']),
        **{name: row[name] for name in ('lost', 'times_cut', 'about')},
    }


def _state(row: Row) -> str:
    if row['closed_at']:
        return 'ended'
    is_silent = timeutils.utcnow() - row['last_seen'] > reporter.SILENCE
    return 'silent' if is_silent else 'alive'


def _age(since: datetime.datetime | None) -> float | None:
    """Return the seconds since a time."""
    if since is None:
        return None
    return max(0.0, (timeutils.utcnow() - since).total_seconds())


def list_text(rows: Sequence[Row]) -> str:
    """Return reporters as a table, followed by what was lost and why."""
    if not rows:
        return 'No reporters.'
    shown = table.render(
        TITLES,
        [
            (
                _short(row['host']),
                row['session'][:_SESSION_WIDTH],
                table.moment(row['last_seen']),
                row['state'],
                _waiting(row),
                _total(row),
            )
            for row in rows
        ],
    )
    return '\n\n'.join([shown, *filter(None, map(_details, rows))])


def _short(host: str | None) -> str | None:
    if host is None or len(host) <= _HOST_WIDTH:
        return host
    return host[: _HOST_WIDTH - 1] + '…'


def _waiting(row: Row) -> str | None:
    """Return the number of waiting reports, and the age of the oldest in
    its largest unit."""
    number, age = row['waiting'], row['oldest_age']
    if not number or age is None:
        return None if number is None else str(number)
    size, unit = next(each for each in _UNITS if age >= each[0])
    return f'{number} ({age // (size or 1):.0f} {unit})'


def _total(row: Row) -> int | None:
    # Reporters of the first release do not report their losses.
    if row['waiting'] is None and not row['lost']:
        return None
    return sum(map(int, row['lost'].values()))


def _details(row: Row) -> str:
    """Return what was lost or changed; empty for nothing."""
    found = [
        f'{number} lost ({reason}: {vocabulary.LOSSES[reason]})'
        for reason, number in sorted(row['lost'].items())
    ]
    if row['times_cut']:
        found.append(f'{row["times_cut"]} times cut (its clock is ahead)')
    if not found:
        return ''
    host = table.printable(row['host'])
    return textwrap.fill(
        f'{host}, session {row["session"]}: {"; ".join(found)}',
        WIDTH,
        subsequent_indent='    ',
        break_on_hyphens=False,
    )
