# SPDX-License-Identifier: Apache-2.0
"""``openstack action log wait``."""

import argparse
import time
from collections.abc import Callable

from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import outcome
from nova_actions_client import record
from nova_actions_client import retry
from nova_actions_client import service
from nova_actions_client import text
from nova_actions_client.command import asking

#: Seconds between two requests: first, longest.
PAUSES = (0.5, 5.0)
#: How many requests in a row may fail.
TRIES = 6


class Wait(asking.Asking):
    """Wait until an action ends, and print how it ended.

    Prints its status as one word. Exit code 0: it succeeded, also after a
    retry; 1: the log could not be queried; 2: bad usage; 3: it failed; 4: it
    was interrupted; 5: timeout.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'id',
            metavar='<action>',
            type=text.argument,
            nargs='?',
            help='An id, eight or more characters of it, or the id of the '
            'request',
        )
        parser.add_argument(
            '--server',
            metavar='<server>',
            type=text.argument,
            help='Wait for the newest action of this server (name or id), '
            'which need not have started yet',
        )
        parser.add_argument(
            '--action',
            metavar='<name>',
            type=text.argument,
            help='With --server: its newest action of this kind, such as '
            'resize',
        )
        option.add_scope(parser)
        parser.add_argument(
            '--timeout',
            metavar='<duration>',
            type=moment.length,
            help='Give up after so many seconds, or as in 90s, 5m '
            '(default: never)',
        )
        return parser

    def take_action(self, args: argparse.Namespace) -> int:
        if not (args.id or args.server):
            self._parser.error('name an <action> or a --server')
        if args.id and args.action:
            self._parser.error('argument --action: not with an <action>')
        log = self.find_log(args)
        status = await_end(lambda: find(log, args), args.timeout)
        print(status or 'timeout', file=self.app.stdout)
        return outcome.CODES[status] if status else outcome.TIMEOUT


def find(log: service.Log, args: argparse.Namespace) -> record.Action | None:
    """Return the action to wait for; None before it starts."""
    if args.id:
        return log.action(args.id, args.server)
    return newest(log, args.server, args.all_projects, args.action)


def newest(
    log: service.Log,
    server: str,
    all_projects: bool,
    kind: str | None = None,
) -> record.Action | None:
    """Return the newest action of a server, or None; with its steps.

    :param all_projects: see :func:`option.add_scope`
    :param kind: only of this kind, such as "resize"
    """
    for action in log.of_server(server, kind, all_projects):
        return log.action(action.id or action.request, action.server)
    return None


def await_end(
    ask: Callable[[], record.Action | None],
    timeout: float | None,
    pause: Callable[[float], None] = time.sleep,
) -> str | None:
    """Return the status that an action ends with; None at the timeout.

    :param ask: returns the action as it is now
    :param timeout: seconds
    :raises Unreachable: when the service fails to answer :data:`TRIES`
        requests in a row
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    again, pauses = retry.Retry(TRIES), retry.pauses(*PAUSES)
    while True:
        action = again.ask(ask)
        if action is not None and action.status in outcome.CODES:
            return action.status
        left = PAUSES[1] if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return None
        pause(min(next(pauses), left))
