# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage db`` that concern old rows."""

import argparse
import contextlib
import datetime
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from oslo_utils import timeutils

from nova_actions import context as context_module
from nova_actions.cmd import failure
from nova_actions.cmd import progress
from nova_actions.db import archive
from nova_actions.db import restore
from nova_actions.db import retention
from nova_actions.db import scrub
from nova_actions.objects import text

DONE = failure.OK
#: --max-rows stopped it; the same again goes on.
MORE = 1

#: Seconds between batches, in which writers get their turn.
PAUSE = 0.05
MAX_DAYS = 36_500
MAX_COUNT = 2**31 - 1

Verb = Callable[[Any], int]


def _pause() -> None:
    time.sleep(PAUSE)


def db_purge(args: Any) -> int:
    """Delete old actions."""
    return _purge(args, 'Deleted', None)


def db_archive(args: Any) -> int:
    """Write old actions to a file, then delete them."""
    with _files(args.file):
        if args.dry_run:
            return _purge(args, 'Archived', None)
        with archive.Writer(args.file) as sink:
            return _purge(args, 'Archived', sink)


def _purge(args: Any, verb: str, sink: retention.Sink | None) -> int:
    context = context_module.get_admin_context()
    selection = _selection(args)
    total = None
    if sys.stderr.isatty():
        total = retention.purge_total(context, selection)
    done = retention.Done()
    with progress.Line('actions', total) as line:
        for done in retention.purge(context, selection, pause=_pause,
                                    dry_run=args.dry_run, sink=sink):
            line.show(done.actions)
    would = f'Would have {verb.lower()}' if args.dry_run else verb
    print(f'{would} {done.actions} actions with {done.events} events.')
    if done.more:
        print(f'--max-rows {args.max_rows} stopped it; there is more to do.')
        return MORE
    return DONE


def _selection(args: Any) -> retention.Selection:
    before = args.before
    if before is None:
        before = timeutils.utcnow() - datetime.timedelta(
            days=args.older_than)
    return retention.Selection(before, args.keep_last, args.max_rows)


def db_restore(args: Any) -> int:
    """Load an archive again."""
    context = context_module.get_admin_context()
    done = restore.Done()
    try:
        with _files(args.file), progress.Line('actions') as line:
            for done in restore.restore(context, archive.read(args.file),
                                        text.sanitizer()):
                line.show(done.seen)
    except Exception:
        if done.seen:
            # The rest cannot be loaded; this has been.
            _say_restored(done)
        raise
    _say_restored(done)
    if done.foreign:
        raise failure.Refusal(
            f'{done.foreign} actions were left out: their server belongs to '
            'another project in this database')
    return DONE


def _say_restored(done: restore.Done) -> None:
    print(f'Restored {done.restored} actions with {done.events} events; '
          f'{done.known} were there already.')


def db_scrub(args: Any) -> int:
    """Apply today's rules of sanitising to old rows."""
    context = context_module.get_admin_context()
    total = scrub.scrub_total(context) if sys.stderr.isatty() else None
    done = scrub.Done()
    with progress.Line('rows', total) as line:
        for done in scrub.scrub(context, text.sanitizer(), pause=_pause,
                                dry_run=args.dry_run):
            line.show(done.seen)
    would = 'would change' if args.dry_run else 'changed'
    print(f'{done.changed} of {done.seen} rows {would}.')
    return DONE


@contextlib.contextmanager
def _files(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure.Refusal(f'{path}: {error.strerror}') from error


def date(value: str) -> datetime.datetime:
    """Return a date or time as naive UTC; UTC is meant where no zone is
    given."""
    try:
        return timeutils.normalize_time(
            datetime.datetime.fromisoformat(value))
    except (OverflowError, ValueError):
        raise argparse.ArgumentTypeError(
            f'{value!r} is no date such as 2026-01-31, nor a time such as '
            '2026-01-31T12:00:00+00:00') from None


def number(least: int, most: int) -> Callable[[str], int]:
    """Return a check of a whole number between limits."""
    def check(value: str) -> int:
        try:
            result = int(value)
        except ValueError:
            result = least - 1
        if not least <= result <= most:
            raise argparse.ArgumentTypeError(
                f'{value!r} is no whole number from {least} to {most}')
        return result
    return check


def add_verbs(db: Any, add: Callable[[Any, str, Verb, str],
                                     argparse.ArgumentParser]) -> None:
    """Add the verbs to the parser of ``db``."""
    purge = add(db, 'purge', db_purge, 'delete old actions; those that run '
                'stay. Exit code 1: --max-rows left more to do')
    stored = add(db, 'archive', db_archive, 'write old actions to a file, '
                 'then delete them; exit codes as of purge')
    stored.add_argument('--file', required=True, metavar='PATH',
                        help='gzip of JSON lines; an archive that is there '
                             'is appended to')
    for parser in (purge, stored):
        _add_selection(parser)
    loaded = add(db, 'restore', db_restore, 'load an archive again; what is '
                 'there already stays')
    loaded.add_argument('file', metavar='FILE')
    scrubbed = add(db, 'scrub', db_scrub,
                   "apply today's rules of sanitising to old rows")
    for parser in (purge, stored, scrubbed):
        parser.add_argument('--dry-run', action='store_true',
                            help='only say how much it would be')


def _add_selection(parser: argparse.ArgumentParser) -> None:
    age = parser.add_mutually_exclusive_group(required=True)
    age.add_argument('--before', type=date, metavar='DATE',
                     help='what was created and last changed before that; '
                          'UTC unless it says otherwise')
    age.add_argument('--older-than', type=number(0, MAX_DAYS),
                     metavar='DAYS', help='the same, by age')
    parser.add_argument('--max-rows', type=number(1, MAX_COUNT), metavar='N',
                        help='stop after so many rows (of actions and '
                             'events); actions go as a whole')
    parser.add_argument('--keep-last', type=number(0, MAX_COUNT), default=0,
                        metavar='N',
                        help="spare each server's newest N actions; "
                             'default: 0')
