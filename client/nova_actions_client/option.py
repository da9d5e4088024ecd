# SPDX-License-Identifier: Apache-2.0
"""The filters of the log as options, and the query they make."""

import argparse
import dataclasses
import re
from collections.abc import Callable
from typing import cast

from keystoneauth1 import session as ksa_session

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import server
from nova_actions_client import text
from nova_actions_client import view

SORTS = (
    'started_at:desc',
    'started_at:asc',
    'updated_at:desc',
    'updated_at:asc',
)


@dataclasses.dataclass(frozen=True)
class Filter:
    """An option and the parameter of the API that it sets."""

    option: str
    help: str
    parameter: str
    metavar: str = '<id>'
    type: Callable[[str], str] = text.argument


FILTERS = (
    Filter(
        '--action',
        'Only of this kind, such as resize or live-migration',
        'action',
        '<name>',
    ),
    Filter('--host', 'Only with a step on this host', 'host', '<name>'),
    Filter(
        '--event',
        'Only with this step, such as compute_prep_resize',
        'event',
        '<name>',
    ),
    Filter(
        '--reason',
        'Only failed for this reason, such as no_valid_host',
        'reason',
        '<code>',
    ),
    Filter('--request', 'Only of this request', 'request_id'),
    Filter(
        '--global-request',
        'Only of this global request',
        'global_request_id',
    ),
    Filter(
        '--since',
        'Started then or later: an ISO 8601 time (UTC without a zone), or '
        'how long ago, as in 30m, 2h, 7d',
        'started_after',
        '<time>',
        moment.asked,
    ),
    Filter(
        '--until', 'Started before', 'started_before', '<time>', moment.asked
    ),
    Filter(
        '--changes-since',
        'Changed then or later',
        'updated_after',
        '<time>',
        moment.asked,
    ),
    Filter(
        '--changes-before',
        'Changed before',
        'updated_before',
        '<time>',
        moment.asked,
    ),
    Filter(
        '--min-duration',
        'Took at least this long: seconds, or as in 90s, 5m, 1h',
        'min_duration',
        '<duration>',
        moment.span,
    ),
    Filter(
        '--open-longer-than',
        'Running for longer than this',
        'open_longer_than',
        '<duration>',
        moment.span,
    ),
)

#: The option for each parameter.
_OPTIONS = {each.parameter: each.option for each in FILTERS} | {
    'user_id': '--user',
    'server_name': '--server',
    'project_id': '--project',
    'all_projects': '--all-projects',
}
_PARAMETER = re.compile(
    r'Invalid input for (?:query parameter )?([a-z_]+)[.:]'
)
#: Another parameter in the message. A name of one word may be any word.
_OTHER = re.compile(r'\b[a-z]+(?:_[a-z]+)+\b')


def add(parser: argparse.ArgumentParser) -> None:
    """Add the filters to the parser of a command."""
    parser.add_argument(
        '--server',
        metavar='<server>',
        type=text.argument,
        help='Only of this server (name or id)',
    )
    for each in FILTERS:
        parser.add_argument(
            each.option,
            metavar=each.metavar,
            dest=each.parameter,
            type=each.type,
            help=each.help,
        )
    parser.add_argument(
        '--status',
        action='append',
        default=[],
        choices=record.STATUSES,
        help='Only in this state; repeat it for several',
    )
    for status, option in (
        (record.FAILED, '--failed'),
        (record.RUNNING, '--open'),
    ):
        parser.add_argument(
            option,
            dest='status',
            action='append_const',
            const=status,
            help=f'The same as --status {status}',
        )
    user = parser.add_mutually_exclusive_group()
    user.add_argument(
        '--user',
        metavar='<id>',
        dest='user_id',
        type=text.argument,
        help='Only requested by this user',
    )
    user.add_argument(
        '--mine', action='store_true', help='Only requested by me'
    )
    parser.add_argument(
        '--all-projects',
        action='store_true',
        help='Of all projects (admin only)',
    )
    parser.add_argument(
        '--project',
        metavar='<id>',
        type=text.argument,
        help='Only of this project (admin only)',
    )


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Add the option for the projects in which a server is looked for."""
    parser.add_argument(
        '--all-projects',
        action='store_true',
        help='Look for a server in all projects at once; by default, in your '
        'own first (against a plain Nova: for administrators only)',
    )


def query(
    args: argparse.Namespace, session: ksa_session.Session
) -> view.Query:
    """Return the parameters for the filters.

    :param session: knows the user of ``--mine``
    :raises argparse.ArgumentTypeError: when it does not
    """
    found: dict[str, object] = {
        each.parameter: getattr(args, each.parameter)
        for each in FILTERS
        if getattr(args, each.parameter) is not None
    }
    if args.server is not None:
        found.update(server.query(args.server))
    if args.status:
        found['status'] = sorted(set(args.status))
    if args.project is not None:
        found['project_id'] = args.project
    if args.all_projects:
        found['all_projects'] = 'true'
    if args.user_id is not None:
        found['user_id'] = args.user_id
    if args.mine:
        found['user_id'] = _me(session)
    return cast(view.Query, found)


def named(message: str) -> str:
    """Return an error message of the service with the names of options
    instead of parameters."""
    of_option = _PARAMETER.sub(
        lambda match: f'argument {_OPTIONS.get(match[1], "--" + match[1])}:',
        message,
    )
    return _OTHER.sub(
        lambda match: _OPTIONS.get(match[0], match[0]), of_option
    )


def _me(session: ksa_session.Session) -> str:
    """Return the id of the caller; a token of noauth2 begins with it."""
    user = session.get_user_id()
    if user is None:
        parts = (session.get_token() or '').split(':')
        user = parts[0] if len(parts) == 3 else None
    if not user:
        raise argparse.ArgumentTypeError(
            'argument --mine: without Keystone there is no user; use --user'
        )
    return str(user)
