# SPDX-License-Identifier: Apache-2.0
"""What ``nova-actions-manage`` understands: nouns, verbs and arguments.

A verb names the function that does it, ``module:function`` below
:mod:`nova_actions.cmd`; it is imported only when it is run.
"""

import argparse
from typing import Any

from nova_actions import export
from nova_actions.cmd import argument

#: How long the reason of a closing may be, characters.
MAX_REASON = 1000
#: Where oslo.config keeps a --host: "host" is an option of its own.
ON_HOST = 'on_host'


def add_nouns(nouns: Any) -> None:
    """Describe what comes after the options.

    :param nouns: the subparsers that oslo.config offers
    """
    db = _noun(nouns, 'db', 'the database schema and old rows')
    _add_schema(db)
    _add_retention(db)

    instance = _noun(nouns, 'instance', 'what is known of servers')
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
        _noun(nouns, 'cell', 'the cells that are attached'),
        'follow',
        'cell:cell_follow',
        'show how far the following of a cell has come. Exit '
        'code 1: nobody follows it',
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
        help='say how much there is to copy, and how long that takes',
    )
    instead.add_argument(
        '--pause',
        action='store_true',
        help='have all conductors stop until --resume',
    )
    instead.add_argument(
        '--resume', action='store_true', help='have a conductor go on'
    )
    _add_format(followed)

    _add_action(_noun(nouns, 'action', 'what was done to servers'))

    reporter = _noun(nouns, 'reporter', 'the processes that record')
    _add_format(
        _verb(
            reporter,
            'list',
            'reporter:reporter_list',
            'list who records, what waits and what was lost',
        )
    )
    adopt = _noun(nouns, 'adopt', 'how far Nova is recorded here')
    _add_format(
        _verb(
            adopt,
            'check',
            'adopt:adopt_check',
            'show what the bridges tell of themselves, and compare the last '
            'hour of each cell with our own record. Exit code 1: something is '
            'missing, or nothing is adopted',
        )
    )
    _add_export(nouns)
    _add_spool(_noun(nouns, 'spool', 'what this host has not delivered yet'))


def _add_export(nouns: Any) -> None:
    exported = _verb(
        nouns,
        'export',
        'export:run',
        'write what happens to standard output, a line for each change, '
        'oldest first, or send it to a receiver of OpenTelemetry: all that '
        'is kept, or what has happened since. Exit '
        'code 3: some of what was asked for is not kept any more',
    )
    exported.add_argument(
        '--format',
        choices=(*export.FORMATS, export.TRACES),
        default='ndjson',
        help='default: ndjson. otlp sends actions as traces, their steps as '
        'spans',
    )
    exported.add_argument(
        '--endpoint',
        metavar='URL',
        help='with --format otlp: the receiver, as http://collector:4318; '
        'default: as OTEL_EXPORTER_OTLP_ENDPOINT or '
        'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says, else '
        'http://localhost:4318',
    )
    exported.add_argument(
        '--follow',
        action='store_true',
        help='go on with what happens, without end',
    )
    exported.add_argument(
        '--after',
        metavar='CURSOR',
        help='what has happened since: the cursor of a '
        'change, or of an answer of /v1/changes',
    )
    exported.add_argument(
        '--state',
        metavar='FILE',
        help='where to keep how far it has come, and to go '
        'on from there; --after goes before it. What '
        'was written when it is killed may be written '
        'again, and nothing is left out',
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
        'list the spools of the user who runs this, on this host',
    )
    _add_format(listed)
    drained = _verb(
        spool,
        'drain',
        'spool:spool_drain',
        'deliver what processes that are gone have left behind, '
        'as when nothing records any more here. Exit code 1: '
        'some of it is still here',
    )
    drained.add_argument(
        '--timeout',
        default=60,
        metavar='SECONDS',
        type=argument.number(1, argument.MAX_COUNT),
        help='how long to try; default: 60',
    )
    for parser in (listed, drained):
        parser.set_defaults(uses='messaging')


def _add_schema(db: Any) -> None:
    sync = _verb(
        db,
        'sync',
        'schema:db_sync',
        'make or upgrade the schema',
        needs_schema=False,
    )
    sync.add_argument(
        'version',
        nargs='?',
        help='the version to bring it to; default: the newest',
    )
    _verb(
        db,
        'version',
        'schema:db_version',
        "print the schema's version",
        needs_schema=False,
    )
    stats = _verb(
        db,
        'stats',
        'stats:db_stats',
        'show rows, bytes, growth a day, the oldest action and the '
        'next purge. It counts, which takes a while where there '
        'are millions',
    )
    stats.set_defaults(needs_conf=True)
    _add_format(stats)


def _add_retention(db: Any) -> None:
    purge = _verb(
        db,
        'purge',
        'retention:db_purge',
        'delete old actions; those that run stay. Exit code 1: '
        '--max-rows left more to do',
    )
    stored = _verb(
        db,
        'archive',
        'retention:db_archive',
        'write old actions to a file, then delete them; exit '
        'codes as of purge',
    )
    stored.add_argument(
        '--file',
        required=True,
        metavar='PATH',
        help='gzip of JSON lines; an archive that is there is appended to',
    )
    for parser in (purge, stored):
        _add_selection(parser)
    counts = _verb(
        db,
        'purge-stats',
        'retention:db_purge_stats',
        'delete old hourly counts of the statistics',
    )
    _add_age(counts, 'hours before that')
    loaded = _verb(
        db,
        'restore',
        'retention:db_restore',
        'load an archive again; what is there already stays',
    )
    loaded.add_argument('file', metavar='FILE')
    scrubbed = _verb(
        db,
        'scrub',
        'retention:db_scrub',
        "apply today's rules of sanitising to old rows",
    )
    for parser in (purge, stored, scrubbed):
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help='only say how much it would be',
        )


def _add_age(parser: argparse.ArgumentParser, what: str) -> None:
    age = parser.add_mutually_exclusive_group(required=True)
    age.add_argument(
        '--before',
        type=argument.date,
        metavar='DATE',
        help=f'{what}; UTC unless it says otherwise',
    )
    age.add_argument(
        '--older-than',
        metavar='DAYS',
        type=argument.number(0, argument.MAX_DAYS),
        help='the same, by age',
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    _add_age(parser, 'what was created and last changed before that')
    parser.add_argument(
        '--max-rows',
        metavar='N',
        type=argument.number(1, argument.MAX_COUNT),
        help='stop after so many rows (of actions and '
        'events); actions go as a whole',
    )
    parser.add_argument(
        '--keep-last',
        default=0,
        metavar='N',
        type=argument.number(0, argument.MAX_COUNT),
        help="spare each server's newest N actions; default: 0",
    )


def _add_action(actions: Any) -> None:
    listed = _verb(
        actions, 'list', 'action:action_list', 'list the newest actions'
    )
    listed.add_argument('--server', metavar='UUID', help='of one server')
    listed.add_argument('--project', metavar='ID', help='of one project')
    _add_limit(listed)
    shown = _verb(
        actions, 'show', 'action:action_show', 'show an action with its events'
    )
    shown.add_argument('server', metavar='SERVER', help='its UUID')
    shown.add_argument(
        'request_id', metavar='REQUEST_ID', help='the id of the request, req-…'
    )
    stuck = _verb(
        actions,
        'stuck',
        'stuck:action_stuck',
        'list what has been open for long, with how long it usually takes',
    )
    stuck.add_argument(
        '--older',
        default='1h',
        metavar='AGE',
        type=argument.span,
        help='for longer than that: 90s, 30m, 2h or 7d; default: 1h',
    )
    stuck.add_argument(
        '--host', dest=ON_HOST, metavar='HOST', help='on one host'
    )
    _add_limit(stuck)
    for parser in (listed, shown, stuck):
        _add_format(parser)
    _add_close(
        _verb(
            actions,
            'close',
            'stuck:action_close',
            'close what nobody will finish any more, as interrupted: an '
            'action, or what is open on a host. A late true end still counts',
        )
    )


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--limit',
        default=50,
        metavar='N',
        type=argument.number(1, argument.MAX_COUNT),
        help='how many at most; default: 50',
    )


def _add_close(close: argparse.ArgumentParser) -> None:
    which = close.add_mutually_exclusive_group(required=True)
    which.add_argument(
        'uuid',
        nargs='?',
        metavar='UUID',
        type=argument.uuid,
        help='of the action, as "action stuck" shows it',
    )
    which.add_argument(
        '--host',
        dest=ON_HOST,
        metavar='HOST',
        help='the steps on that host; needs --older',
    )
    close.add_argument(
        '--older',
        metavar='AGE',
        type=argument.span,
        help='what has been open for longer than that: 90s, 30m, 2h or 7d',
    )
    close.add_argument(
        '--reason',
        metavar='TEXT',
        type=argument.text(MAX_REASON),
        help='why, stored with who does it and when; needed for UUID',
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
