# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage db`` that concern old rows."""

import contextlib
import datetime
import sys
import time
from collections.abc import Iterator
from typing import Any

from oslo_utils import timeutils

from nova_actions.cmd import failure
from nova_actions.cmd import progress
from nova_actions.context import get_admin_context
from nova_actions.db.stat import expiry
from nova_actions.objects import text
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention
from nova_actions.upkeep import scrub
from nova_actions.vocabulary import counted

DONE = failure.OK
#: --max-rows stopped it; the same command continues.
MORE = 1

#: Seconds between batches, for the benefit of writers.
PAUSE = 0.05


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
    context = get_admin_context()
    selection = _selection(args)
    total = None
    if sys.stderr.isatty():
        total = retention.purge_total(context, selection)
    done = retention.Done()
    with progress.Line('actions', total) as line:
        for done in retention.purge(
            context, selection, pause=_pause, dry_run=args.dry_run, sink=sink
        ):
            line.show(done.actions)
    would = f'Would have {verb.lower()}' if args.dry_run else verb
    print(
        f'{would} {counted(done.actions, "action")} with '
        f'{counted(done.events, "event")}.'
    )
    if done.more:
        print(f'Stopped by --max-rows {args.max_rows}; there is more to do.')
        return MORE
    return DONE


def _selection(args: Any) -> retention.Selection:
    return retention.Selection(_before(args), args.keep_last, args.max_rows)


def _before(args: Any) -> datetime.datetime:
    before: datetime.datetime | None = args.before
    if before is None:
        before = timeutils.utcnow() - datetime.timedelta(days=args.older_than)
    return before


def db_purge_stats(args: Any) -> int:
    """Delete old hourly counts of the statistics."""
    context, before = get_admin_context(), _before(args)
    done = 0
    with progress.Line('rows') as line:
        while count := expiry.expire(context, before):
            done += count
            line.show(done)
            _pause()
    print(f'Deleted {counted(done, "row")}.')
    return DONE


def db_restore(args: Any) -> int:
    """Load an archive again."""
    context = get_admin_context()
    done = restore.Done()
    try:
        with _files(args.file), progress.Line('actions') as line:
            for done in restore.restore(
                context, archive.read(args.file), text.sanitizer()
            ):
                line.show(done.seen)
    except Exception:
        if done.seen:
            # What was loaded before the error stays.
            _say_restored(done)
        raise
    _say_restored(done)
    if done.foreign:
        raise failure.Refusal(
            f'left out {counted(done.foreign, "action")} of servers that '
            'belong to another project in this database'
        )
    return DONE


def _say_restored(done: restore.Done) -> None:
    print(
        f'Restored {counted(done.restored, "action")} with '
        f'{counted(done.events, "event")}; already there: {done.known}.'
    )
    if done.cut:
        print(
            f'{counted(done.cut, "time")} in the future '
            f'{"was" if done.cut == 1 else "were"} cut to now.'
        )


def db_scrub(args: Any) -> int:
    """Apply today's rules of sanitising to old rows."""
    context = get_admin_context()
    total = scrub.scrub_total(context) if sys.stderr.isatty() else None
    done = scrub.Done()
    with progress.Line('rows', total) as line:
        for done in scrub.scrub(
            context, text.sanitizer(), pause=_pause, dry_run=args.dry_run
        ):
            line.show(done.seen)
    would = 'would change' if args.dry_run else 'changed'
    print(f'{done.changed} of {counted(done.seen, "row")} {would}.')
    return DONE


@contextlib.contextmanager
def _files(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure.Refusal(f'{path}: {error.strerror}') from error
