# SPDX-License-Identifier: Apache-2.0
"""``openstack action log list --follow``: first the last actions, then each
transition as it happens."""

import argparse
import datetime
import itertools
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nova_actions_client import change
from nova_actions_client import column
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import stream

#: How many actions come first.
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
#: Columns of a table: those of a person's screen, and the least of others.
WIDTHS = {
    'Time': 8,
    'ID': 8,
    'Server': 9,
    'Action': 14,
    'Step': 13,
    'Host': 10,
    'Status': 11,
}
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
#: Columns that share what a screen has more.
FLEXIBLE = ('Server', 'Step', 'Host')
#: Options that select by what is known in the end only, or order it.
REFUSED = {
    'started_before': '--until',
    'updated_before': '--changes-before',
    'open_longer_than': '--open-longer-than',
    'sort': '--sort',
    'sort_columns': '--sort-column',
}
#: Those that select what comes first, and with --after nothing does.
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
        help='Print what happens as it happens, a line for each action or '
        f'step that begins or ends, after the last {LIMIT} actions; '
        'until Ctrl-C',
    )
    parser.add_argument(
        '--after',
        metavar='<cursor>',
        help='With --follow: go on after this cursor, which it prints as it '
        'ends',
    )


def check(args: argparse.Namespace, refuse: Callable[[str], Any]) -> None:
    """Refuse options that do not go together.

    :param refuse: says so, and ends the command
    """
    if not args.follow:
        if args.after is not None:
            refuse('argument --after: goes with --follow')
        return
    if args.formatter not in stream.FORMATS:
        refuse(
            f'argument --format: {args.formatter} cannot be printed as '
            'things happen; with --follow it is one of '
            f'{", ".join(stream.FORMATS)}'
        )
    for name, option in (
        REFUSED | (FIRST if args.after is not None else {})
    ).items():
        if getattr(args, name):
            refuse(
                f'argument {option}: not with --'
                + ('follow' if name in REFUSED else 'after')
            )


class Follower:
    """Prints what happens to what a query selects.

    :param log: what is asked
    :param args: the command line's
    :param query: of the list of actions
    :raises Refused: the query, or the cursor, cannot be
    """

    def __init__(
        self, log: Any, args: argparse.Namespace, query: dict[str, Any]
    ) -> None:
        self._args = args
        self._query = query
        # Before the list, so that nothing falls between the two.
        self._feed = log.changes(query, args.after)
        limit = LIMIT if args.limit is None else args.limit or None
        listed = log.actions(
            {**query, 'sort': 'updated_at:desc'}, 1 if args.after else limit
        )
        actions: list[record.Action] = [*listed][::-1]
        for line in listed.incomplete:
            output.note(line)
        #: what comes first, as it stands; nothing where one goes on
        self._shown = (
            {} if args.after else {action.id: action for action in actions}
        )
        self._width = (
            output.screen()
            if (output.is_for_a_person(args) and not args.long)
            else None
        )
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
        formatter: Any,
        titles: Sequence[str],
        selector: Iterable[Any] | None,
        stdout: Any,
    ) -> None:
        """Print for ever.

        :param formatter: cliff's
        :param titles: of the columns that are wanted
        :param selector: tells for each column whether it is; None: all
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
            self._write([*map(change.of_action, self._shown.values())])
            for page in self._feed:
                # All of a page is printed or none, as its cursor says.
                with stream.undisturbed():
                    self._write([*filter(self._is_wanted, page.changes)])
                    cursor = page.cursor
        finally:
            if cursor is not None:
                output.note(f'To go on from here: --follow --after {cursor}')

    def _is_wanted(self, each: change.Change) -> bool:
        if not change.fits(each, self._query):
            return False
        shown = self._shown.get(each.id)
        return shown is None or not change.is_shown_by(each, shown)

    def _write(self, changes: Sequence[change.Change]) -> None:
        """Print changes; where only the time of day is shown, say which day
        it is."""
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
    """Return how wide the columns of a table are, without the last one.

    :param screen: its columns; None cuts nothing
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
    """End as Ctrl-C does, when somebody else wants it."""
    sys.exit(128 + signal.SIGTERM)
