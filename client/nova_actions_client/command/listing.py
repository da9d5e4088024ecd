# SPDX-License-Identifier: Apache-2.0
"""``openstack action log list``."""

import argparse
from collections.abc import Sequence
from typing import Any

from osc_lib.command import command

from nova_actions_client import column
from nova_actions_client import follow
from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import text
from nova_actions_client.command import asking

LIMIT = 50
#: How long a number of actions may be.
DIGITS = 9
TITLES = ('ID', 'Started', 'Server', 'Action', 'Status', 'Took', 'Why')
#: Of a narrow screen: why an action failed stands below its status.
NARROW_TITLES = ('ID', 'Started', 'Server', 'Action', 'Took', 'Status')
#: Of what Nova knows; it takes no short ids.
BARE_TITLES = ('Request', 'Started', 'Action', 'Status')
LONG_TITLES = (
    'ID',
    'Request',
    'Started',
    'Ended',
    'Server',
    'Server Name',
    'Action',
    'Status',
    'Took',
    'User',
    'Project',
    'Hosts',
    'Attempts',
    'Why',
)


def _count(value: str) -> int:
    if not value.isdecimal() or len(value) > DIGITS:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a number of actions of {DIGITS} digits at the '
            'most; 0 means all'
        )
    return int(value)


class List(asking.Asking, command.Lister):
    """List actions of all servers, the newest first."""

    # The service sorts, so that the first page is what is wanted.
    need_sort_by_cliff = False

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
            help='By which time, and which way (default: started_at:desc)',
        )
        parser.add_argument(
            '--limit',
            metavar='<number>',
            type=_count,
            help=f'At most so many (default: {LIMIT}); 0: all',
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
        limit = LIMIT if args.limit is None else args.limit or None
        listed = log.actions(query, limit)
        actions = list(listed)
        for line in listed.incomplete:
            output.note(line)
        if listed.more:
            output.note(f'{len(actions)} shown, more: --limit 0')
        if args.long:
            return LONG_TITLES, [long_row(action) for action in actions]
        form = moment.clock((each.start for each in actions), moment.now())
        if log.missing:
            return BARE_TITLES, [bare_row(action, form) for action in actions]
        return TITLES, [row(action, form) for action in actions]

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Any,
    ) -> int:
        if parsed_args.follow:
            data.run(
                self.formatter,
                *self._generate_columns_and_selector(
                    parsed_args, column_names
                ),
                self.app.stdout,
            )
            return 0
        rows = list(data)
        width = output.screen()
        if (
            rows
            and output.is_for_a_person(parsed_args)
            and width
            and not (parsed_args.max_width or parsed_args.long)
            and tuple(column_names) == TITLES
        ):
            shown = [tuple(map(output.human, each)) for each in rows]
            if width < output.WIDE:
                column_names = NARROW_TITLES
                shown = [*map(narrow_row, shown)]
            rows = output.fitted(
                column_names, shown, width, column_names.index('Server')
            )
        else:
            rows = [output.safe(each, parsed_args.formatter) for each in rows]
        return super().produce_output(parsed_args, column_names, rows)


def row(action: record.Action, form: str) -> tuple[Any, ...]:
    """Return what fits on a screen."""
    return (
        column.ShortId(action.id),
        column.Time(action.start, form),
        column.Text(action.server_name or action.server),
        column.Text(action.action),
        column.Status(action.status),
        column.Took(action.duration),
        column.Text(action.reason),
    )


def narrow_row(wide: Sequence[str]) -> tuple[str, ...]:
    """Return what :func:`row` has, for a screen of 80 columns: a time that
    has a day has no seconds, one that has a year takes two lines."""
    short_id, started, server, action, status, took, why = wide
    day, _, clock = started.rpartition(' ')
    if day:
        started = f'{day}\n{clock}' if len(day) > 5 else f'{day} {clock[:5]}'
    if why not in (text.NONE, status):
        status = f'{status}: {why}'
    return short_id, started, server, action, took, status


def bare_row(action: record.Action, form: str) -> tuple[Any, ...]:
    """Return what Nova tells of an action in a list."""
    return (
        column.Text(action.request),
        column.Time(action.start, form),
        column.Text(action.action),
        column.Status(action.status),
    )


def long_row(action: record.Action) -> tuple[Any, ...]:
    """Return everything that a list has of an action."""
    hosts = None if action.hosts is None else text.listed(action.hosts)
    return (
        column.Text(action.id),
        column.Text(action.request),
        column.Time(action.start),
        column.Time(action.finish),
        column.Text(action.server),
        column.Text(action.server_name),
        column.Text(action.action),
        column.Status(action.status),
        column.Took(action.duration),
        column.Text(action.user_name or action.user),
        column.Text(action.project),
        column.Text(hosts),
        action.attempts,
        column.Text(action.reason),
    )
