# SPDX-License-Identifier: Apache-2.0
"""``openstack action log show``."""

import argparse
from collections.abc import Sequence
from typing import Any

from cliff import columns
from osc_lib.command import command

from nova_actions_client import column
from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import report
from nova_actions_client import text
from nova_actions_client.command import asking

#: Columns of a report without a terminal.
WIDTH = 100


# Any: a program gets other objects.
class Steps(columns.FormattableColumn[Any]):
    """The steps of an action; for a program a list of objects."""

    def human_readable(self) -> str:
        return '\n'.join(
            f'{report.name(step)}: {step.outcome}' for step in self._value
        )

    def machine_readable(self) -> list[dict[str, object]]:
        return [
            {
                'event': step.event,
                'attempt': step.attempt,
                'host': step.host,
                'outcome': step.outcome,
                'started_at': column.Time(step.start).machine_readable(),
                'finished_at': column.Time(step.finish).machine_readable(),
                'duration': step.duration,
                'reason': step.reason,
                'details': step.details,
                'traceback': step.traceback,
            }
            for step in self._value
        ]


class Show(asking.Asking, command.ShowOne):
    """Show an action: how it ended, why, where, and its steps."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        add_action(parser)
        parser.add_argument(
            '--traceback',
            action='store_true',
            help='With tracebacks, where you may see them',
        )
        return parser

    def take_action(self, args: argparse.Namespace) -> Any:
        log = self.find_log(args)
        action = log.action(args.action, args.server)
        if output.is_for_a_person(args):
            return (), (action,)
        return self.dict2columns(fields(action))

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Any,
    ) -> int:
        if output.is_for_a_person(parsed_args):
            (action,) = data
            print(
                report.render(
                    action, output.screen() or WIDTH, parsed_args.traceback
                ),
                file=self.app.stdout,
            )
            return 0
        return super().produce_output(
            parsed_args, column_names, output.safe(data, parsed_args.formatter)
        )


def add_action(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that select an action."""
    parser.add_argument(
        'action',
        metavar='<action>',
        type=text.argument,
        help='An id, eight or more characters of it, or the id of the request',
    )
    parser.add_argument(
        '--server',
        metavar='<server>',
        type=text.argument,
        help='The server of the action (name or id); only Nova needs it',
    )


def fields(action: record.Action) -> dict[str, Any]:
    """Return the fields of an action for a program."""
    return {
        'id': column.Text(action.id),
        'request_id': column.Text(action.request),
        'global_request_id': column.Text(action.global_request),
        'action': column.Text(action.action),
        'status': column.Text(action.status),
        'server_id': column.Text(action.server),
        'server_name': column.Text(action.server_name),
        'started_at': column.Time(action.start),
        'finished_at': column.Time(action.finish),
        'updated_at': column.Time(action.updated),
        'duration': column.Took(action.duration),
        'user_id': column.Text(action.user),
        'user_name': column.Text(action.user_name),
        'project_id': column.Text(action.project),
        'reason': column.Text(action.reason),
        'attempts': action.attempts,
        'hosts': None if action.hosts is None else list(action.hosts),
        'usual': action.usual,
        'alike': action.alike,
        'events': Steps(action.steps or ()),
    }
