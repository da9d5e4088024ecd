# SPDX-License-Identifier: Apache-2.0
"""``openstack action log list``."""

import argparse
from collections.abc import Sequence
from typing import Any

from nova_actions_client import follow
from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import row
from nova_actions_client import service
from nova_actions_client import view
from nova_actions_client.command import asking

LIMIT = 50
#: The most digits of a number of actions.
DIGITS = 9


def _count(value: str) -> int:
    if not value.isdecimal() or len(value) > DIGITS:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a number of at most {DIGITS} digits; 0 means '
            'all'
        )
    return int(value)


class List(asking.Listing):
    """List actions of all servers, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        option.add(parser)
        follow.add(parser)
        parser.add_argument(
            '--long',
            action='store_true',
            help='With user, project, hosts and full ids',
        )
        parser.add_argument(
            '--sort',
            choices=option.SORTS,
            help='By this time, in this order (default: started_at:desc)',
        )
        parser.add_argument(
            '--limit',
            metavar='<number>',
            type=_count,
            help=f'At most this many (default: {LIMIT}); 0: all',
        )
        return parser

    def take_action(
        self,
        args: argparse.Namespace,
    ) -> tuple[Sequence[str], Any]:
        follow.check(args, self._parser.error)
        log = self.find_log(args)
        query = option.query(args, self.app.client_manager.session)
        if args.follow:
            follower = follow.Follower(log, args, query)
            return follower.titles, follower
        if args.sort:
            query['sort'] = args.sort
        actions = self._listed(log, args, query)
        if args.long:
            return row.LONG_TITLES, map(row.long, actions)
        form = moment.clock((each.start for each in actions), moment.now())
        if log.missing:
            return row.BARE_TITLES, [row.bare(each, form) for each in actions]
        return row.TITLES, [row.wide(each, form) for each in actions]

    def _listed(
        self, log: service.Log, args: argparse.Namespace, query: view.Query
    ) -> list[record.Action]:
        """Return the actions; print what the list may lack."""
        limit = LIMIT if args.limit is None else args.limit or None
        listed = log.actions(query, limit)
        actions = list(listed)
        for line in listed.incomplete:
            output.note(line)
        if listed.more:
            output.note(f'{len(actions)} shown, more: --limit 0')
        if not actions:
            self.say_nothing(args, log, 'actions')
        return actions

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Any,
    ) -> int:
        if parsed_args.follow:
            self.check_columns(parsed_args, column_names)
            titles, selector = self._generate_columns_and_selector(
                parsed_args, column_names
            )
            data.run(self.formatter, titles, selector, self.app.stdout)
            return 0
        return super().produce_output(parsed_args, column_names, data)

    def fit(
        self, titles: Sequence[str], rows: list[Sequence[Any]], width: int
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        if tuple(titles) != row.TITLES:
            return titles, rows
        shown: list[Sequence[str]] = [
            tuple(map(output.human, each)) for each in rows
        ]
        if width < output.WIDE:
            titles = row.NARROW_TITLES
            shown = [*map(row.narrow, shown)]
        return titles, [
            *output.fitted(titles, shown, width, titles.index('Server'))
        ]
