# SPDX-License-Identifier: Apache-2.0
"""What the bridges in Nova's services report about themselves."""

from collections.abc import Iterable
from typing import Any

from nova_actions import vocabulary
from nova_actions.cmd import table
from nova_actions.vocabulary import counted

Row = dict[str, Any]

#: How many of the hosts of one line are named.
NAMED = 5


def groups(rows: Iterable[Row]) -> list[Row]:
    """Group the live reporters that are bridges by what they report about
    themselves.

    :param rows: as of :func:`db.reporter.page`
    :returns: for each group the values of :data:`vocabulary.ABOUT`, None for
        one that is not reported, and ``hosts``
    """
    found: dict[tuple[str | None, ...], set[str]] = {}
    for row in rows:
        if row['about'] and row['closed_at'] is None:
            found.setdefault(
                tuple(map(row['about'].get, vocabulary.ABOUT)), set()
            ).add(row['host'] or table.NONE)
    told = [
        {
            **dict(zip(vocabulary.ABOUT, key, strict=True)),
            'hosts': sorted(hosts),
        }
        for key, hosts in found.items()
    ]
    return sorted(told, key=lambda each: (-len(each['hosts']), each['hosts']))


def line(group: Row) -> str:
    """Return a group of bridges as a sentence or two."""
    hosts = group['hosts']
    named = ', '.join(hosts[:NAMED])
    if len(hosts) > NAMED:
        named += f' and {len(hosts) - NAMED} more'
    text = (
        f'Bridge {group["bridge"] or "of unknown version"}, mode '
        f'{group["mode"] or "unknown"}, Nova {group["nova"] or "unknown"}'
        f' on {counted(len(hosts), "host")} ({named}).'
    )
    if group['missing']:
        text += f' Not recorded there: {group["missing"]}.'
    return text
