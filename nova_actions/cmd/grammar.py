# SPDX-License-Identifier: Apache-2.0
"""The grammar of ``nova-actions-manage``: nouns, verbs and arguments.

A verb names its function as ``module:function`` below
:mod:`nova_actions.cmd`; that is imported only when the verb is run.
"""

import argparse
from typing import Any

from nova_actions import export
from nova_actions.cmd import argument

#: The maximum length of the reason to close an action, in characters.
MAX_REASON = 1000
#: The destination of --host, because "host" is an option of its own.
ON_HOST = 'on_host'


def add_nouns(nouns: Any) -> None:
    """Add the parsers of nouns and verbs.

    :param nouns: the subparsers that oslo.config offers
    """
    db = _noun(nouns, 'db', 'the database: its schema, its size and old rows')
    _add_schema(db)
    _add_retention(db)

    instance = _noun(nouns, 'instance', 'servers and their owners')
    imported = _verb(
        instance,
        'import',
        'instance:instance_import',
        "copy the owners of a cell's servers",
    )
    imported.add_argument(
        'cell',
        metavar='CELL',
        help='the name of the cell in the configuration',
    )

    followed = _verb(
        _noun(nouns, 'cell', 'the attached cells'),
        'follow',
        'cell:cell_follow',
        'show how far a cell has been copied. Exit code 1: no conductor '
        'follows it, or it is paused',
    )
    followed.add_argument(
        'cell',
        metavar='CELL',
        help='the name of the cell in the configuration',
    )
    instead = followed.add_mutually_exclusive_group()
    instead.add_argument(
        '--dry-run',
        action='store_true',
        help='show how much there is to copy, and how long it will take',
    )
    instead.add_argument(
        '--pause',
        action='store_true',
        help='stop copying until --resume',
    )
    instead.add_argument(
        '--resume', action='store_true', help='continue after --pause'
    )
    _add_format(followed)

    _add_action(_noun(nouns, 'action', 'actions on servers'))

    reporter = _noun(nouns, 'reporter', 'the processes that report')
    _add_format(
        _verb(
            reporter,
            'list',
            'reporter:reporter_list',
            'list reporters, with their waiting and lost reports',
        )
    )
    adopt = _noun(nouns, 'adopt', 'how much of Nova is recorded here')
    _add_format(
        _verb(
            adopt,
            'check',
            'adopt:adopt_check',
            'show the bridges, and compare the last hour of each cell with '
            'our own record. Exit code 1: something is missing, or there is '
            'neither a bridge nor a cell',
        )
    )
    _add_export(nouns)
    _add_spool(_noun(nouns, 'spool', 'undelivered reports of this host'))


def _add_export(nouns: Any) -> None:
    exported = _verb(
        nouns,
        'export',
        'export:run',
        'write changes to standard output, one per line, oldest first, or '
        'send them to a receiver of OpenTelemetry: all that are kept, or '
        'those after a cursor. Exit code 3: some of the requested changes '
        'are no longer kept; 4: the receiver refuses for good',
    )
    exported.add_argument(
        '--format',
        choices=(*export.FORMATS, export.TRACES),
        default='ndjson',
        help='default: ndjson. otlp sends actions as traces with their steps '
        'as spans',
    )
    exported.add_argument(
        '--endpoint',
        metavar='URL',
        help='with --format otlp: the receiver, for example '
        'http://collector:4318; default: OTEL_EXPORTER_OTLP_ENDPOINT or '
        'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT of the environment, else '
        'http://localhost:4318',
    )
    exported.add_argument(
        '--follow',
        action='store_true',
        help='continue with new changes, without end',
    )
    exported.add_argument(
        '--after',
        metavar='CURSOR',
        help='only changes after this cursor, taken from a change or from '
        'an answer of /v1/changes',
    )
    exported.add_argument(
        '--state',
        metavar='FILE',
        help='keep the cursor in this file and continue from it next time; '
        '--after takes precedence. After a kill some changes may be written '
        'again; none is left out',
    )


def _noun(nouns: Any, name: str, text: str) -> Any:
    parser = nouns.add_parser(name, help=text, description=text)
    return parser.add_subparsers(dest='verb', required=True, metavar='VERB')


def _verb(
    verbs: Any, name: str, run: str, text: str, needs_schema: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=text, description=text
    )
    parser.set_defaults(
        run=run, needs_schema=needs_schema, needs_conf=False, uses='database'
    )
    return parser


def _add_spool(spool: Any) -> None:
    listed = _verb(
        spool,
        'list',
        'spool:spool_list',
        'list the spools of this user on this host',
    )
    _add_format(listed)
    drained = _verb(
        spool,
        'drain',
        'spool:spool_drain',
        'deliver what processes that ended have left behind, for example '
        'when nothing records here any more. Exit code 1: some of it is '
        'still here',
    )
    drained.add_argument(
        '--timeout',
        default=60,
        metavar='SECONDS',
        type=argument.number(1, argument.MAX_COUNT),
        help='the maximum time to try; default: 60',
    )
    for parser in (listed, drained):
        parser.set_defaults(uses='messaging')


def _add_schema(db: Any) -> None:
    sync = _verb(
        db,
        'sync',
        'schema:db_sync',
        'create or upgrade the schema',
        needs_schema=False,
    )
    sync.add_argument(
        'version',
        nargs='?',
        help='the target version; default: the newest',
    )
    _verb(
        db,
        'version',
        'schema:db_version',
        'print the version of the schema',
        needs_schema=False,
    )
    stats = _verb(
        db,
        'stats',
        'stats:db_stats',
        'show rows, bytes, growth per day, the oldest action and the next '
        'purge. Counting millions of rows takes a while',
    )
    stats.set_defaults(needs_conf=True)
    _add_format(stats)


def _add_retention(db: Any) -> None:
    purge = _verb(
        db,
        'purge',
        'retention:db_purge',
        'delete old actions, except running ones. Exit code 1: --max-rows '
        'left more to do',
    )
    stored = _verb(
        db,
        'archive',
        'retention:db_archive',
        'write old actions to a file, then delete them; exit codes as for '
        'purge',
    )
    stored.add_argument(
        '--file',
        required=True,
        metavar='PATH',
        help='gzip of JSON lines; an existing archive is appended to',
    )
    for parser in (purge, stored):
        _add_selection(parser)
    counts = _verb(
        db,
        'purge-stats',
        'retention:db_purge_stats',
        'delete old hourly counts of the statistics',
    )
    _add_age(counts, 'hours before this time')
    loaded = _verb(
        db,
        'restore',
        'retention:db_restore',
        'load an archive; actions that exist are not changed',
    )
    loaded.add_argument('file', metavar='FILE')
    scrubbed = _verb(
        db,
        'scrub',
        'retention:db_scrub',
        'apply the present sanitising rules to old rows',
    )
    for parser in (purge, stored, scrubbed):
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help='only show how much it would be',
        )


def _add_age(parser: argparse.ArgumentParser, what: str) -> None:
    age = parser.add_mutually_exclusive_group(required=True)
    age.add_argument(
        '--before',
        type=argument.date,
        metavar='DATE',
        help=f'{what}; UTC unless it has a zone',
    )
    age.add_argument(
        '--older-than',
        metavar='DAYS',
        type=argument.number(0, argument.MAX_DAYS),
        help='the same, by age',
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    _add_age(parser, 'actions created and last changed before this time')
    parser.add_argument(
        '--max-rows',
        metavar='N',
        type=argument.number(1, argument.MAX_COUNT),
        help='stop after this many rows (actions and events); an action is '
        'never split',
    )
    parser.add_argument(
        '--keep-last',
        default=0,
        metavar='N',
        type=argument.number(0, argument.MAX_COUNT),
        help='keep the newest N actions of each server; default: 0',
    )


def _add_action(actions: Any) -> None:
    listed = _verb(
        actions, 'list', 'action:action_list', 'list the newest actions'
    )
    listed.add_argument('--server', metavar='UUID', help='only of this server')
    listed.add_argument('--project', metavar='ID', help='only of this project')
    _add_limit(listed)
    shown = _verb(
        actions, 'show', 'action:action_show', 'show an action with its events'
    )
    shown.add_argument(
        'server', metavar='SERVER', help='the UUID of the server'
    )
    shown.add_argument(
        'request_id', metavar='REQUEST_ID', help='the id of the request, req-…'
    )
    stuck = _verb(
        actions,
        'stuck',
        'stuck:action_stuck',
        'list steps that have been open for long, with their usual duration',
    )
    stuck.add_argument(
        '--older',
        default='1h',
        metavar='AGE',
        type=argument.span,
        help='the minimum age: 90s, 30m, 2h or 7d; default: 1h',
    )
    stuck.add_argument(
        '--host', dest=ON_HOST, metavar='HOST', help='only on this host'
    )
    _add_limit(stuck)
    for parser in (listed, shown, stuck):
        _add_format(parser)
    _add_close(
        _verb(
            actions,
            'close',
            'stuck:action_close',
            'close as interrupted what will never be finished: an action, '
            'or the open steps of a host. A true end that is reported later '
            'replaces the interruption',
        )
    )


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--limit',
        default=50,
        metavar='N',
        type=argument.number(1, argument.MAX_COUNT),
        help='the maximum number; default: 50',
    )


def _add_close(close: argparse.ArgumentParser) -> None:
    which = close.add_mutually_exclusive_group(required=True)
    which.add_argument(
        'uuid',
        nargs='?',
        metavar='UUID',
        type=argument.uuid,
        help='the UUID of the action, see "action stuck"',
    )
    which.add_argument(
        '--host',
        dest=ON_HOST,
        metavar='HOST',
        help='the open steps on this host; needs --older',
    )
    close.add_argument(
        '--older',
        metavar='AGE',
        type=argument.span,
        help='the minimum age: 90s, 30m, 2h or 7d',
    )
    close.add_argument(
        '--reason',
        metavar='TEXT',
        type=argument.text(MAX_REASON),
        help='the reason, stored with user and time; required with UUID',
    )
    close.add_argument(
        '--dry-run',
        action='store_true',
        help='with --host: only list what would be closed',
    )


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--format',
        choices=('table', 'json'),
        default='table',
        help='default: table',
    )
