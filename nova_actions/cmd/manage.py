# SPDX-License-Identifier: Apache-2.0
"""nova-actions-manage: the schema, a cell's servers, a view of actions."""

import argparse
import datetime
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from oslo_config import cfg

from nova_actions import conf as config
from nova_actions import context as context_module
from nova_actions.cmd import action
from nova_actions.cmd import embedded
from nova_actions.cmd import failure
from nova_actions.cmd import process
from nova_actions.cmd import progress
from nova_actions.cmd import retention
from nova_actions.db import api as db_api
from nova_actions.db import migration
from nova_actions.objects import base

Verb = Callable[[Any], int]


def db_sync(args: Any) -> int:
    """Bring the schema to a version."""
    before = migration.db_version()
    migration.db_sync(args.version)
    after = migration.db_version()
    if before == after:
        print(f'The schema is at {after}; nothing to do.')
    else:
        print(f'The schema went from {before or "nothing"} to {after}.')
    return failure.OK


def db_version(args: Any) -> int:
    """Print the schema's version and the newest one."""
    print(f'{migration.db_version() or "none"} (newest: '
          f'{migration.db_head()})')
    return failure.OK


def instance_import(args: Any) -> int:
    """Copy the owners of a cell's servers."""
    done = 0
    with progress.Line('servers') as line:
        for done in db_api.instance_import(
                context_module.get_admin_context(), args.cell):
            line.show(done)
    print(f'The owners of {done} servers of {args.cell} are known.')
    return failure.OK


def action_list(args: Any) -> int:
    """Print the newest actions."""
    rows = action.listed(context_module.get_admin_context(), args.server,
                         args.project, args.limit)
    _print(args.format, rows, action.list_text)
    return failure.OK


def action_show(args: Any) -> int:
    """Print an action with its events."""
    row = action.shown(context_module.get_admin_context(), args.server,
                       args.request_id)
    _print(args.format, row, action.show_text)
    return failure.OK


def _print(form: str, data: Any, text: Callable[[Any], str]) -> None:
    if form == 'json':
        print(json.dumps(data, default=_json, indent=2))
    else:
        print(text(data))


def _json(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)


def _add_verbs(nouns: Any) -> None:
    """Describe what comes after the options."""
    db = _noun(nouns, 'db', 'the database schema and old rows')
    sync = _verb(db, 'sync', db_sync, 'make or upgrade the schema')
    sync.add_argument('version', nargs='?',
                      help='the version to bring it to; default: the newest')
    _verb(db, 'version', db_version, "print the schema's version")
    retention.add_verbs(db, _verb)

    instance = _noun(nouns, 'instance', 'what is known of servers')
    imported = _verb(instance, 'import', instance_import,
                     "copy the owners of a cell's servers")
    imported.add_argument('cell', metavar='CELL',
                          help='the name of the cell in the configuration')

    actions = _noun(nouns, 'action', 'what was done to servers')
    listed = _verb(actions, 'list', action_list, 'list the newest actions')
    listed.add_argument('--server', metavar='UUID', help='of one server')
    listed.add_argument('--project', metavar='ID', help='of one project')
    listed.add_argument('--limit', default=50, metavar='N',
                        type=retention.number(1, retention.MAX_COUNT),
                        help='how many at most; default: 50')
    shown = _verb(actions, 'show', action_show,
                  'show an action with its events')
    shown.add_argument('server', metavar='SERVER', help='its UUID')
    shown.add_argument('request_id', metavar='REQUEST_ID',
                       help='the id of the request, req-…')
    for parser in (listed, shown):
        parser.add_argument('--format', choices=('table', 'json'),
                            default='table', help='default: table')


def _noun(nouns: Any, name: str, text: str) -> Any:
    parser = nouns.add_parser(name, help=text, description=text)
    return parser.add_subparsers(dest='verb', required=True, metavar='VERB')


def _verb(verbs: Any, name: str, run: Verb,
          text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


CLI_OPTS = (cfg.SubCommandOpt('noun', title='nouns', handler=_add_verbs),)


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    conf = config.load(argv, cli=CLI_OPTS, description=__doc__)
    embedded.use_its_database(conf)
    process.set_up_logging(conf)
    process.ask_once(conf)
    process.set_up(conf)
    if conf.noun.run not in (db_sync, db_version):
        process.require_schema()
    with base.local():
        return int(conf.noun.run(conf.noun))


if __name__ == '__main__':
    sys.exit(main())
