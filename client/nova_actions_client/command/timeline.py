# SPDX-License-Identifier: Apache-2.0
"""``openstack action log timeline``."""

import argparse
import datetime
import io
import os
from collections.abc import Iterator, Sequence

from osc_lib import exceptions
from rich import console
from rich import text as rich_text

from nova_actions_client import difference
from nova_actions_client import drawing
from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import output
from nova_actions_client import page
from nova_actions_client import record
from nova_actions_client import report
from nova_actions_client import service
from nova_actions_client import text
from nova_actions_client import view
from nova_actions_client.command import asking
from nova_actions_client.command import wait
from nova_actions_client.log import NotFound

#: Columns of a drawing without a terminal.
WIDTH = 80
#: The fewest columns of a drawing.
NARROWEST = 40
#: The value of --against without an action.
LAST_SUCCESS = 'last-success'


class Timeline(asking.Asking):
    """Draw the steps of an action as bars on one time axis."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'what',
            metavar='<action-or-server>',
            type=text.argument,
            help='An action (its id, eight or more characters of it, or the '
            'id of its request), or a server (name or id) for its newest '
            'action',
        )
        parser.add_argument(
            '--server',
            metavar='<server>',
            type=text.argument,
            help='The server of an action; only Nova needs it',
        )
        parser.add_argument(
            '--against',
            metavar='<action>',
            type=text.argument,
            nargs='?',
            const=LAST_SUCCESS,
            help='Mark the differences from this action; without a value, '
            'from the last one of its kind that succeeded',
        )
        option.add_scope(parser)
        parser.add_argument(
            '--ascii',
            action='store_true',
            help='Use ASCII characters only',
        )
        parser.add_argument(
            '--html', metavar='<file>', help='Write an HTML page to this file'
        )
        return parser

    def take_action(self, args: argparse.Namespace) -> None:
        log = self.find_log(args)
        action = find(log, args.what, args.server, args.all_projects)
        other = _other(log, action, args) if args.against else None
        # In memory: rich ends with 1 on a pipe that is not read any more.
        sheet = io.StringIO()
        screen = self._screen(args, sheet)
        for line in drawn(action, other, screen.width, self._pen(args)):
            screen.print(line, soft_wrap=True)
        if args.html is None:
            self.app.stdout.write(sheet.getvalue())
        else:
            title = f'{action.action} of {action.server_name or action.server}'
            page.write(args.html, screen, title)

    def _screen(
        self, args: argparse.Namespace, sheet: io.StringIO
    ) -> console.Console:
        """Return what to draw on.

        :param sheet: where the drawing goes
        """
        to_file = args.html is not None
        width = WIDTH if to_file else output.screen() or WIDTH
        has_colors = to_file or (
            output.is_terminal()
            and not os.environ.get('NO_COLOR')
            and os.environ.get('TERM') != 'dumb'
        )
        return console.Console(
            file=sheet,
            width=max(NARROWEST, width),
            record=to_file,
            color_system='standard' if has_colors else None,
            force_terminal=to_file or None,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
        )

    def _pen(self, args: argparse.Namespace) -> drawing.Pen:
        has_unicode = args.html is not None or output.can_encode(
            self.app.stdout
        )
        if args.ascii or not has_unicode:
            return drawing.ASCII
        return drawing.UNICODE


def find(
    log: service.Log, what: str, server: str | None, all_projects: bool
) -> record.Action:
    """Return the action with an id, or the newest one of a server.

    :param all_projects: see :func:`option.add_scope`
    :raises CommandError: when there is neither
    """
    # Nova finds no action without its server.
    if server is not None or not log.missing:
        try:
            return log.action(what, server)
        except NotFound:
            if server is not None:
                raise
    newest = wait.newest(log, what, all_projects)
    if newest is None:
        raise exceptions.CommandError(f'No action and no server is {what!r}')
    return newest


def drawn(
    action: record.Action,
    other: record.Action | None,
    width: int,
    pen: drawing.Pen,
) -> Iterator[str | rich_text.Text]:
    """Yield the lines of an action, and of what it is compared with.

    :param width: columns of the screen
    """
    yield report.headline(action, width)
    if not action.steps:
        yield (
            'It has no steps yet.'
            if action.steps is not None
            else 'You may not see its steps.'
        )
        return
    now = moment.now()
    span = _span(action.steps, now)
    if other is None or not other.steps:
        yield from drawing.lines(action.steps, width, pen, now, span=span)
        yield from _failures(action.steps, width)
        return
    span = max(span, _span(other.steps, now))
    marks = difference.marks(action.steps, other.steps)
    yield from drawing.lines(action.steps, width, pen, now, marks, span)
    yield from _failures(action.steps, width)
    yield ''
    yield report.headline(other, width)
    yield from drawing.lines(other.steps, width, pen, now, span=span)
    for step in difference.absent(action.steps, other.steps):
        yield f'only there: {report.name(step)}'


def _span(steps: Sequence[record.Step], now: datetime.datetime) -> float:
    """Return the seconds from the first start to the last end."""
    start = min(step.start for step in steps)
    return (max(step.finish or now for step in steps) - start).total_seconds()


def _failures(steps: Sequence[record.Step], width: int) -> Iterator[str]:
    """Yield why steps failed, where that is known."""
    for step in steps:
        why = ': '.join(map(text.printable, step.why))
        if why and step.outcome in (record.FAILED, record.INTERRUPTED):
            yield text.wrapped(f'{report.name(step)}: {why}', width)


def _other(
    log: service.Log, action: record.Action, args: argparse.Namespace
) -> record.Action | None:
    """Return what to compare with; print it when there is nothing."""
    if args.against != LAST_SUCCESS:
        return log.action(args.against, args.server)
    query: view.Query = {
        'action': action.action,
        'status': list(record.GOOD),
        'started_before': moment.iso(action.start),
    }
    for success in log.newest(query):
        return log.action(success.id or success.request)
    output.note(
        f'No earlier {action.action} succeeded: nothing to compare with'
    )
    return None
