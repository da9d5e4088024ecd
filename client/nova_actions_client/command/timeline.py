# SPDX-License-Identifier: Apache-2.0
"""``openstack action log timeline``."""

import argparse
import io
import os
import sys
from typing import Any

from osc_lib import exceptions
from rich import console

from nova_actions_client import difference
from nova_actions_client import drawing
from nova_actions_client import log as log_module
from nova_actions_client import moment
from nova_actions_client import output
from nova_actions_client import page
from nova_actions_client import record
from nova_actions_client import report
from nova_actions_client import text
from nova_actions_client.command import asking
from nova_actions_client.command import wait

#: Columns of a drawing that goes to no terminal.
WIDTH = 80
#: The narrowest that is drawn.
NARROWEST = 40
#: Stands for the last success of the same kind.
LAST_SUCCESS = 'last-success'


class Timeline(asking.Asking):
    """Draw the steps of an action as bars on one time axis."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'what',
            metavar='<action-or-server>',
            help='An action (its id, eight or more characters of it, or the '
            'id of its request), or a server (name or id): its newest '
            'action',
        )
        parser.add_argument(
            '--server',
            metavar='<server>',
            help='The server of an action, where only Nova is asked',
        )
        parser.add_argument(
            '--against',
            metavar='<action>',
            nargs='?',
            const=LAST_SUCCESS,
            help='Mark what is different from this action; without a value, '
            'from the last one of its kind that succeeded',
        )
        parser.add_argument(
            '--ascii',
            action='store_true',
            help='With characters of ASCII only',
        )
        parser.add_argument(
            '--html', metavar='<file>', help='Write it as a page to this file'
        )
        return parser

    def take_action(self, args: argparse.Namespace) -> None:
        log = self.find_log(args)
        action = find(log, args.what, args.server)
        other = _other(log, action, args) if args.against else None
        to_file = args.html is not None
        width = max(NARROWEST, WIDTH if to_file else output.screen() or WIDTH)
        # A page is drawn in memory first.
        has_colors = to_file or (
            sys.stdout.isatty() and 'NO_COLOR' not in os.environ
        )
        screen = console.Console(
            file=io.StringIO() if to_file else self.app.stdout,
            width=width,
            record=to_file,
            color_system='standard' if has_colors else None,
            force_terminal=to_file or None,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
        )
        pen = (
            drawing.ASCII
            if args.ascii
            or not (to_file or output.can_encode(self.app.stdout))
            else drawing.UNICODE
        )
        draw(screen, action, other, width, pen)
        if to_file:
            page.write(
                args.html,
                screen,
                f'{action.action} of {action.server_name or action.server}',
            )


def find(log: Any, what: str, server: str | None) -> record.Action:
    """Return the action of an id, or else the newest of a server.

    :raises CommandError: when there is neither
    """
    if server is not None or not log.missing:
        try:
            found: record.Action = log.action(what, server)
            return found
        except log_module.NotFound:
            if server is not None:
                raise
    newest = wait.newest(log, what)
    if newest is None:
        raise exceptions.CommandError(
            f'No action and no server is known as {what!r}'
        )
    return newest


def draw(
    screen: console.Console,
    action: record.Action,
    other: record.Action | None,
    width: int,
    pen: drawing.Pen,
) -> None:
    """Draw an action, and what it is compared with."""

    def say(line: Any) -> None:
        screen.print(line, soft_wrap=True)

    say(report.headline(action, width))
    if not action.steps:
        say(
            'It has no steps yet.'
            if action.steps is not None
            else 'Its steps are not for you to see.'
        )
        return
    now = moment.now()
    others = (other.steps or ()) if other else ()
    spans = [
        (
            max(step.finish or now for step in steps)
            - min(step.start for step in steps)
        ).total_seconds()
        for steps in (action.steps, others)
        if steps
    ]
    marks = difference.marks(action.steps, others) if others else {}
    for line in drawing.lines(
        action.steps, width, pen, now, marks, max(spans)
    ):
        say(line)
    for why in _failures(action, width):
        say(why)
    if others and other:
        say('')
        say(report.headline(other, width))
        for line in drawing.lines(others, width, pen, now, span=max(spans)):
            say(line)
        for step in difference.absent(action.steps, others):
            say(f'only there: {report.name(step)}')


def _failures(action: record.Action, width: int) -> list[str]:
    """Return why steps failed, as far as it is known."""
    found = []
    for step in action.steps or ():
        why = [
            text.printable(part)
            for part in (step.reason, step.details)
            if part
        ]
        if step.outcome in (record.FAILED, record.INTERRUPTED) and why:
            found.append(
                text.wrapped(f'{report.name(step)}: {": ".join(why)}', width)
            )
    return found


def _other(
    log: Any, action: record.Action, args: argparse.Namespace
) -> record.Action | None:
    """Return what to compare with; None, and say so, when there is none."""
    if args.against != LAST_SUCCESS:
        found: record.Action = log.action(args.against, args.server)
        return found
    query = {
        'action': action.action,
        'status': list(record.GOOD),
        'started_before': moment.iso(action.start),
    }
    for success in log.newest(query):
        last: record.Action = log.action(success.id or success.request)
        return last
    output.note(
        f'No {action.action} before it succeeded: nothing to compare with'
    )
    return None
