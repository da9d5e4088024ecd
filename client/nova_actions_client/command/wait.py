# SPDX-License-Identifier: Apache-2.0
"""``openstack action log wait``."""

import argparse
import time
from collections.abc import Callable
from typing import Any

from nova_actions_client import http
from nova_actions_client import moment
from nova_actions_client import outcome
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client.command import asking

#: Seconds between two questions: the first, and the longest.
PAUSES = (0.5, 5.0)
#: How often in a row a service may not answer.
TRIES = 6


class Wait(asking.Asking):
    """Wait until an action ends, and say how it ended.

    Prints its status as one word. Exit code 0: it succeeded, also after a
    retry; 1: the log could not be asked; 2: usage; 3: it failed; 4: it was
    interrupted; 5: timeout.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'id',
            metavar='<action>',
            nargs='?',
            help='Its id, eight or more characters of it, or the id of its '
            'request',
        )
        parser.add_argument(
            '--server',
            metavar='<server>',
            help='Wait for the newest action of this server (name or id), '
            'which may not have begun yet',
        )
        parser.add_argument(
            '--action',
            metavar='<name>',
            help='The newest of this kind, such as resize',
        )
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
            self._parser.error('name an <action>, or a --server')
        if args.id and args.action:
            self._parser.error('--action goes with --server alone')
        log = self.find_log(args)
        status = await_end(lambda: find(log, args), args.timeout)
        print(status or 'timeout', file=self.app.stdout)
        return outcome.CODES[status] if status else outcome.TIMEOUT


def find(log: Any, args: argparse.Namespace) -> record.Action | None:
    """Return the action that is waited for; None before it begins."""
    if args.id:
        found: record.Action = log.action(args.id, args.server)
        return found
    return newest(log, args.server, args.action)


def newest(
    log: Any, server: str, kind: str | None = None
) -> record.Action | None:
    """Return the newest action of a server, of a kind, with its steps."""
    for action in log.of_server(server, kind):
        found: record.Action = log.action(
            action.id or action.request, action.server
        )
        return found
    return None


def await_end(
    ask: Callable[[], record.Action | None],
    timeout: float | None,
    pause: Callable[[float], None] = time.sleep,
) -> str | None:
    """Return the status that an action ends with; None at the timeout.

    :param ask: returns it as it is
    :param timeout: seconds
    :raises Unreachable: when nobody answers, several times in a row
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    interval, silent = PAUSES[0], 0
    while True:
        try:
            action = ask()
            silent = 0
        except http.Unreachable as error:
            silent += 1
            if silent == TRIES:
                raise
            output.note(f'{error}; asking again')
            action = None
        if action is not None and action.status in outcome.CODES:
            return action.status
        left = PAUSES[1] if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return None
        pause(min(interval, left))
        interval = min(1.5 * interval, PAUSES[1])
