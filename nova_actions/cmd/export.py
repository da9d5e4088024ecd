# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage export``: changes, for other systems."""

import importlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Protocol

from nova_actions import exception
from nova_actions import export
from nova_actions.api import change_views
from nova_actions.cmd import failure
from nova_actions.cmd import outlet
from nova_actions.cmd import place
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.db.change import feed
from nova_actions.db.search import signing_key
from nova_actions.objects import change_cursor
from nova_actions.objects.change import Change

#: Exit code: some of the requested changes are no longer kept.
GONE = 3

#: How many changes are read at once.
BATCH = 500
#: Seconds between two polls, and between two attempts to reach the database.
INTERVAL = 0.5
RETRY = 5.0

Row = dict[str, Any]


class Sink(Protocol):
    """Takes changes."""

    def write(self, changes: Sequence[export.Change]) -> None:
        """Write changes, and return when they have been taken."""


def run(args: Any) -> int:
    """Write changes to standard output, one per line, or send them as
    traces.

    :raises Refusal: an argument cannot be used, or changes are gone
    """
    open_sink = _sink(args)
    with place.Place(args.state) as kept:
        cursor = args.after or kept.read()
        context = get_admin_context()
        key = signing_key.get(context)
        number = (
            feed.begin(context)
            if cursor is None
            else change_cursor.unpack(key, cursor)
        )
        sink = open_sink()
        try:
            for page in _pages(context, number, args.follow):
                sink.write([_change(context, key, row) for row in page.rows])
                # Only what has been taken counts; the rest is sent again.
                kept.write(change_cursor.pack(key, page.after))
        except exception.ChangesGone as error:
            raise failure.Refusal(
                f'{error.format_message()} Nothing was skipped: to continue '
                'with what is kept, leave out --after and remove the file of '
                '--state.',
                GONE,
            ) from error
    return failure.OK


class _Lines:
    """Writes a line for each change to standard output."""

    def __init__(self, line: Callable[[export.Change], str]) -> None:
        self._line = line
        self._out = outlet.Outlet()

    def write(self, changes: Sequence[export.Change]) -> None:
        self._out.write(list(map(self._line, changes)))


def _sink(args: Any) -> Callable[[], Sink]:
    """Return a function that opens the sink, to be called under the lock of
    the state file."""
    if args.format == export.TRACES:
        receiver = _module('nova_actions.cmd.receiver', args.format, 'otel')
        return lambda: receiver.Receiver(args.endpoint, args.follow)
    if args.endpoint is not None:
        raise failure.Refusal(
            f'--endpoint is for --format {export.TRACES} only'
        )
    writer = _module(
        f'nova_actions.export.{export.FORMATS[args.format]}',
        args.format,
        'export',
    )
    return lambda: _Lines(writer.line)


def _module(path: str, name: str, extra: str) -> ModuleType:
    """Import the module of a format.

    :raises Refusal: its requirements are not installed
    """
    try:
        return importlib.import_module(path)
    except ImportError as error:
        raise failure.Refusal(
            f'--format {name} needs {error.name}; install the extra '
            f'"{extra}": pip install nova-actions[{extra}]'
        ) from error


def _pages(
    context: RequestContext, after: int, follow: bool
) -> Iterator[feed.Page]:
    """Yield the changes after a number; with ``follow``, without end.

    :raises ChangesGone: some of them are no longer kept
    :raises DatabaseUnavailable: the database does not answer, and ``follow``
        is false
    """
    while True:
        try:
            page = feed.page(context, after, BATCH)
        except exception.Unavailable:
            if not follow:
                raise
            time.sleep(RETRY)
            continue
        if page.rows or page.after != after:
            yield page
        after = page.after
        if len(page.rows) < BATCH:
            if not follow:
                return
            time.sleep(INTERVAL)


def _change(context: RequestContext, key: bytes, row: Row) -> export.Change:
    number = row['number']
    return {
        'id': str(uuid.uuid5(uuid.UUID(row['action_uuid']), str(number))),
        'cursor': change_cursor.pack(key, number),
        **change_views.change(Change.of(context, row, shows_host=True)),
    }
