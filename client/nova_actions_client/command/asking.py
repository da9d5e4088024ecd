# SPDX-License-Identifier: Apache-2.0
"""What all commands have in common: they ask the log."""

import argparse
from typing import Any
from urllib import parse

from osc_lib import utils
from osc_lib.command import command

from nova_actions_client import http
from nova_actions_client import option
from nova_actions_client import outcome
from nova_actions_client import output
from nova_actions_client import service


def _url(value: str) -> str:
    """Check an address, for argparse."""
    try:
        parts = parse.urlsplit(value)
        is_address = parts.scheme in ('http', 'https') and parts.hostname
    except ValueError:
        is_address = None
    if not is_address:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not an address such as https://log.example.org'
        )
    return value


class Asking(command.Command):
    """A command that asks the log.

    Its address is an option of each command: before the command, where
    abbreviations count, it would take each ``--action`` for itself.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        self._parser = parser
        parser.add_argument(
            '--action-log-endpoint',
            metavar='<url>',
            type=_url,
            default=utils.env('OS_ACTION_LOG_ENDPOINT') or None,
            help='Address of the action log, instead of what the catalog has '
            f'under "{service.SERVICE_TYPE}" '
            '(Env: OS_ACTION_LOG_ENDPOINT)',
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; a question that cannot be is an error of the
        command line."""
        try:
            return int(super().run(parsed_args))
        except http.Refused as refused:
            if refused.status != 400:
                raise
            output.note(
                f'{self._parser.prog}: error: {option.named(str(refused))}'
            )
            return outcome.USAGE

    def find_log(self, args: argparse.Namespace) -> Any:
        """Return the log that is asked; say what it does not know."""
        log = service.find(self.app.client_manager, args.action_log_endpoint)
        if log.missing:
            output.note(log.missing)
        return log
