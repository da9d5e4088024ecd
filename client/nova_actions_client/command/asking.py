# SPDX-License-Identifier: Apache-2.0
"""What the commands have in common: they ask the log."""

import argparse
import contextlib
import sys
from collections.abc import Iterable, Sequence
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
    """Return a URL of the command line, for argparse."""
    try:
        parts = parse.urlsplit(value)
        is_address = (
            parts.scheme in ('http', 'https')
            and parts.hostname
            and value.isprintable()
        )
    except ValueError:
        is_address = None
    if not is_address:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a URL such as https://log.example.org'
        )
    return value


class Asking(command.Command):
    """A command that asks the log.

    The address of the log is an option of each command. As a global option it
    could be abbreviated to ``--action``, and would hide that option of the
    commands.
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
        """Run the command; return its exit code.

        What the service refuses as bad input (HTTP 400) is a usage error.
        """
        self.app.stdout = output.opened(self.app.stdout)
        try:
            with (
                # cliff asks it whether it is a terminal.
                contextlib.redirect_stdout(sys.stdout or self.app.stdout),
                output.printing(self.app.stdout),
            ):
                return int(super().run(parsed_args))
        except http.Refused as refused:
            if refused.status != 400:
                raise
            return self._refuse(option.named(str(refused)))
        except argparse.ArgumentTypeError as error:
            return self._refuse(str(error))

    def _refuse(self, message: str) -> int:
        output.note(f'{self._parser.prog}: error: {message}')
        return outcome.USAGE

    def find_log(self, args: argparse.Namespace) -> service.Log:
        """Return the log to ask; print what it does not tell."""
        log = service.find(self.app.client_manager, args.action_log_endpoint)
        if log.missing:
            output.note(log.missing)
        return log


class Listing(Asking, command.Lister):
    """A command that prints a table."""

    # A table that fits on a screen has only texts, which have another order.
    need_sort_by_cliff = False

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print rows: one below the other where the screen is too narrow."""
        self.check_columns(parsed_args, column_names)
        rows = self._sorted(parsed_args, column_names, data)
        width = output.width_of(parsed_args)
        if width is None or not rows:
            rows = [output.safe(row, parsed_args.formatter) for row in rows]
            return super().produce_output(parsed_args, column_names, rows)
        titles, fitted = self.fit(column_names, rows, width)
        shown = [
            # Texts fit already.
            [
                cell if isinstance(cell, str) else output.human(cell)
                for cell in row
            ]
            for row in fitted
        ]
        if output.table_width(titles, shown) > width:
            # There is room for a whole cell in a line of its own.
            whole = [[*map(output.human, row)] for row in rows]
            self.app.stdout.write(output.records(column_names, whole, width))
            return 0
        return super().produce_output(parsed_args, titles, fitted)

    def say_nothing(
        self, args: argparse.Namespace, log: service.Log, what: str
    ) -> None:
        """Tell a person that nothing was found, and where.

        :param what: was looked for
        """
        if not output.is_for_a_person(args):
            return
        is_own = not (args.all_projects or args.project or log.missing)
        where = ' in your project' if is_own else ''
        output.note(f'No {what} found{where}')

    def _sorted(
        self,
        args: argparse.Namespace,
        titles: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> list[Sequence[Any]]:
        """Return rows in the order of ``--sort-column``, by default as the
        service sorted them.

        :raises argparse.ArgumentTypeError: when the cells of a column have no
            order
        """
        rows = list(data)
        names = [*map(self._normalize_column_name, titles)]
        for title in reversed(args.sort_columns):
            number = names.index(self._normalize_column_name(title))
            try:
                rows.sort(
                    key=lambda row: output.order(row[number]),
                    reverse=args.sort_direction == 'desc',
                )
            except TypeError as error:
                raise argparse.ArgumentTypeError(
                    f'argument --sort-column: {title!r} has no order'
                ) from error
        return rows

    def fit(
        self, titles: Sequence[str], rows: list[Sequence[Any]], width: int
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return titles and rows of a table, changed to fit on a screen.

        :param width: columns of the screen
        """
        return titles, rows

    def check_columns(
        self, args: argparse.Namespace, titles: Sequence[str]
    ) -> None:
        """Refuse columns that there are not.

        :raises argparse.ArgumentTypeError: naming the first one
        """
        known = {*map(self._normalize_column_name, titles)}
        for option_name, names in (
            ('-c/--column', args.columns),
            ('--sort-column', args.sort_columns),
        ):
            for name in names:
                if self._normalize_column_name(name) not in known:
                    raise argparse.ArgumentTypeError(
                        f'argument {option_name}: {name!r} is not one of '
                        f'{", ".join(titles)}'
                    )
