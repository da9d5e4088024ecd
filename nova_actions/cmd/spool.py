# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage spool``: reports that this host has not
delivered yet.

They need neither a database nor the parts of a service: they run on the host
that reports, as the user that owns the spools.
"""

import datetime
import os
from collections.abc import Iterator, Sequence
from typing import Any

from oslo_config import cfg

from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import table
from nova_actions.reporter import session
from nova_actions.reporter.spool import place
from nova_actions.vocabulary import counted

Row = dict[str, Any]

TITLES = ('Session', 'State', 'Reports', 'Last written (UTC)')

#: The prefix of the names of spool folders.
_PREFIX = f'{place.FORMER}-'
ALIVE = 'in use'
LEFT = 'left behind'


def spool_list(args: Any, conf: cfg.ConfigOpts) -> int:
    """Print this user's spools, and the spool folders of other users."""
    output.show(
        args.format,
        {
            'folder': conf.state_path,
            'spools': list(_rows(conf)),
            'others': _others(conf.state_path),
        },
        list_text,
    )
    return failure.OK


def spool_drain(args: Any, conf: cfg.ConfigOpts) -> int:
    """Deliver what processes that ended have left behind."""
    from nova_actions import reporter

    _tell_others(conf.state_path)
    left = [row for row in _rows(conf) if row['state'] == LEFT]
    if not left:
        print(f'Nothing is left behind in {conf.state_path}.')
        return failure.OK
    # A host that records nothing any more may have spools, too.
    conf.set_override('mode', 'durable', group='reporter')
    reporter.setup(conf)
    is_done = reporter.flush(args.timeout)
    stats = reporter.stats()
    reporter.stop()
    print(
        f'{counted(len(left), "spool")} taken over, '
        f'{counted(stats["delivered"], "report")} delivered.'
    )
    lost = sum(
        number for name, number in stats.items() if name.startswith('lost_')
    )
    if lost:
        print(f'{counted(lost, "report")} lost; the reason is above.')
    if not is_done and stats['waiting']:
        # What waits includes notes of our own: that a process is gone.
        print(
            'Not everything was delivered: no conductor accepted it in time. '
            'Nothing is lost; try again later.'
        )
    return failure.OK if is_done else failure.ABSENT


def _rows(conf: cfg.ConfigOpts) -> Iterator[Row]:
    for folder in (place.own(conf.state_path), place.former(conf.state_path)):
        for each in session.summaries(folder):
            if not each.is_alive and each.noted and not each.noted.reports:
                # The next process removes it.
                continue
            yield {
                'session': each.uuid,
                'folder': folder,
                'state': ALIVE if each.is_alive else LEFT,
                'reports': each.noted and each.noted.reports,
                'bytes': each.bytes,
                'written': datetime.datetime.fromtimestamp(
                    each.written, datetime.UTC
                ),
            }


def _others(state_path: str) -> list[Row]:
    """Return the spool folders of other users, and their owners."""
    try:
        names = sorted(os.listdir(state_path))
    except FileNotFoundError:
        return []
    own = os.path.basename(place.own(state_path))
    return [
        {
            'folder': os.path.join(state_path, name),
            'user': name.removeprefix(_PREFIX),
        }
        for name in names
        if name.startswith(_PREFIX) and name != own
    ]


def _tell_others(state_path: str) -> None:
    for each in _others(state_path):
        print(other_text(each))


def other_text(each: Row) -> str:
    """Return how to handle the spools of another user."""
    return (
        f'{each["folder"]} belongs to user {each["user"]}: run this as that '
        f'user (sudo -u "#{each["user"]}" …).'
    )


def list_text(found: Row) -> str:
    """Return spools as a table, followed by the folders of other users.

    If there are none, the folder is named: services may have another
    configuration than this command.
    """
    rows: Sequence[Row] = found['spools']
    shown = (
        table.render(
            TITLES,
            [
                (
                    row['session'],
                    row['state'],
                    row['reports'],
                    table.moment(row['written']),
                )
                for row in rows
            ],
        )
        if rows
        else f'No spools in {found["folder"]}.'
    )
    return '\n'.join([shown, *map(other_text, found['others'])])
