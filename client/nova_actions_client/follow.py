# SPDX-License-Identifier: Apache-2.0
"""``openstack action log list --follow``: the last actions, then each change
as it happens."""

import argparse
import datetime
import itertools
import operator
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

from cliff.formatters import base as formatters

from nova_actions_client import change
from nova_actions_client import column
from nova_actions_client import output
from nova_actions_client import service
from nova_actions_client import stream
from nova_actions_client import text
from nova_actions_client import view

#: How many actions are listed first.
LIMIT = 10
TITLES = ('Time', 'ID', 'Server', 'Action', 'Step', 'Host', 'Status', 'Why')
LONG_TITLES = (
    'Time',
    'ID',
    'Request',
    'Global Request',
    'Server',
    'Server Name',
    'Action',
    'Step',
    'Host',
    'Status',
    'Took',
    'User',
    'Project',
    'Why',
)
#: Width of the columns of a table on a screen: the least,
WIDTHS = {
    'Time': 8,
    'ID': 8,
    'Server': 9,
    'Action': 14,
    'Step': 13,
    'Host': 10,
    'Status': 11,
}
#: and without a screen.
FULL_WIDTHS = {
    'Time': 19,
    'ID': 36,
    'Server': 36,
    'Request': 40,
    'Global Request': 40,
    'Server Name': 20,
    'Action': 14,
    'Step': 26,
    'Host': 16,
    'Status': 11,
    'Took': 6,
    'User': 32,
    'Project': 32,
}
#: The columns that become wider on a wider screen.
FLEXIBLE = ('Server', 'Step', 'Host')
#: Options for the past, or for an order.
REFUSED = {
    'started_before': '--until',
    'updated_before': '--changes-before',
    'open_longer_than': '--open-longer-than',
    'sort': '--sort',
    'sort_columns': '--sort-column',
}
#: Options for the actions listed first, which --after leaves out.
FIRST = {
    'started_after': '--since',
    'updated_after': '--changes-since',
    'limit': '--limit',
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of a command."""
    parser.add_argument(
        '--follow',
        action='store_true',
        help=f'Print the last {LIMIT} actions, then a line for each action or '
        'step as it starts or ends, until Ctrl-C',
    )
    parser.add_argument(
        '--after',
        metavar='<cursor>',
        type=text.argument,
        help='With --follow: continue after this cursor, which it prints when '
        'it ends',
    )


def check(args: argparse.Namespace, refuse: Callable[[str], Any]) -> None:
    """Refuse options that cannot be combined.

    :param refuse: prints a message and ends the command
    """
    if not args.follow:
        if args.after is not None:
            refuse('argument --after: only with --follow')
        return
    if args.formatter not in stream.FORMATS:
        refuse(
            f'argument -f/--format: not {args.formatter} with --follow, only '
            f'{", ".join(stream.FORMATS)}'
        )
    _refuse(args, REFUSED, '--follow', refuse)
    if args.after is not None:
        _refuse(args, FIRST, '--after', refuse)


def _refuse(
    args: argparse.Namespace,
    options: Mapping[str, str],
    other: str,
    refuse: Callable[[str], Any],
) -> None:
    for name, option in options.items():
        if getattr(args, name):
            refuse(f'argument {option}: not with {other}')


class Follower:
    """Prints the changes that a query selects.

    :param query: of the list of actions
    :raises Refused: when the service refuses the query or the cursor
    """

    def __init__(
        self,
        log: service.Log,
        args: argparse.Namespace,
        query: view.Query,
    ) -> None:
        self._args = args
        self._query = query
        # Before the list, so that no change falls between the two.
        self._feed = log.changes(query, args.after)
        limit = LIMIT if args.limit is None else args.limit or None
        # With --after the list only checks the query.
        listed = log.actions(
            {**query, 'sort': 'updated_at:desc'}, 1 if args.after else limit
        )
        actions = {action.id: action for action in listed}
        for line in listed.incomplete:
            output.note(line)
        #: the actions that are printed first
        self._shown = {} if args.after else actions
        is_cut = output.is_for_a_person(args) and not args.long
        self._width = output.screen() if is_cut else None
        self._day: datetime.date | None = None

    @property
    def titles(self) -> Sequence[str]:
        if self._args.long:
            return LONG_TITLES
        if self._width is not None and self._width < output.WIDE:
            return [title for title in TITLES if title != 'Host']
        return TITLES

    def run(
        self,
        formatter: formatters.ListFormatter,
        titles: Sequence[str],
        selector: Iterable[bool] | None,
        stdout: TextIO,
    ) -> None:
        """Print changes until a signal ends it.

        :param titles: of the columns to print
        :param selector: tells for each column whether to print it; None: all
        """
        signal.signal(signal.SIGTERM, _end)
        self._select = [
            *(selector or itertools.repeat(True, len(self.titles)))
        ]
        self._stdout = stdout
        self._stream = stream.Stream(
            formatter,
            self._args,
            titles,
            widths(titles[:-1], self._width),
            self._width,
        )
        cursor = self._args.after
        try:
            self._write(
                sorted(
                    map(change.of_action, self._shown.values()),
                    key=operator.attrgetter('at'),
                )
            )
            for page in self._feed:
                # A page is printed as a whole, so that its cursor is right.
                with stream.undisturbed():
                    self._write([*filter(self._is_wanted, page.changes)])
                    cursor = page.cursor
        finally:
            if cursor is not None:
                output.note(
                    f'To continue from here: --follow --after {cursor}'
                )

    def _is_wanted(self, each: change.Change) -> bool:
        if not change.fits(each, self._query):
            return False
        shown = self._shown.get(each.id)
        return shown is None or not change.is_shown_by(each, shown)

    def _write(self, changes: Sequence[change.Change]) -> None:
        """Print changes; where times have no date, print each new date."""
        self._stream.write([], self._stdout)
        for day, some in itertools.groupby(
            changes, lambda each: each.at.date()
        ):
            if self._width is not None and day != self._day:
                output.note(f'-- {day}, UTC --')
                self._day = day
            self._stream.write(
                [
                    [*itertools.compress(self._row(each), self._select)]
                    for each in some
                ],
                self._stdout,
            )

    def _row(self, each: change.Change) -> list[Any]:
        is_cut = self._width is not None
        values = {
            'Time': column.Time(each.at, '%H:%M:%S' if is_cut else None),
            'ID': (column.ShortId if is_cut else column.Text)(each.id),
            'Request': column.Text(each.request),
            'Global Request': column.Text(each.global_request),
            'Server': column.Text(
                each.server
                if self._args.long
                else each.server_name or each.server
            ),
            'Server Name': column.Text(each.server_name),
            'Action': column.Text(each.action),
            'Step': column.Step(each.step),
            'Host': column.Text(each.host),
            'Status': column.Status(each.status),
            'Took': column.Took(each.duration),
            'User': column.Text(each.user),
            'Project': column.Text(each.project),
            'Why': column.Text(each.reason),
        }
        return [values[title] for title in self.titles]


def widths(titles: Sequence[str], screen: int | None) -> list[int]:
    """Return the widths of the columns of a table, without the last one.

    :param screen: columns of the screen; None: there is none
    """
    if screen is None:
        return [FULL_WIDTHS[title] for title in titles]
    flexible = [title for title in titles if title in FLEXIBLE]
    more = max(
        0,
        screen - output.NARROWEST - sum(WIDTHS[title] + 1 for title in titles),
    )
    return [
        min(FULL_WIDTHS[title], WIDTHS[title] + more // len(flexible))
        if title in flexible
        else WIDTHS[title]
        for title in titles
    ]


def _end(*_signal: Any) -> None:
    """End on SIGTERM as on Ctrl-C."""
    sys.exit(128 + signal.SIGTERM)
