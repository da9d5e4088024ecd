# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage export``: what happens, for other systems."""

import importlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Protocol

from nova_actions import context as context_module
from nova_actions import exception
from nova_actions import export
from nova_actions.api import change_views
from nova_actions.cmd import failure
from nova_actions.cmd import outlet
from nova_actions.cmd import place
from nova_actions.db.change import feed
from nova_actions.db.search import signing_key
from nova_actions.objects import change_cursor
from nova_actions.objects.change import Change

#: Some of what was asked for is not kept any more.
GONE = 3

#: How many changes are read at once.
BATCH = 500
#: Seconds between two looks at what is new, and after the database was away.
INTERVAL = 0.5
RETRY = 5.0

Row = dict[str, Any]


class Sink(Protocol):
    """Where changes go."""

    def write(self, changes: Sequence[export.Change]) -> None:
        """Give changes away, and return once they are taken."""


def run(args: Any) -> int:
    """Write changes to standard output, one in a line, or send them as
    traces.

    :raises Refusal: for what cannot be used
    """
    open_sink = _sink(args)
    with place.Place(args.state) as kept:
        cursor = args.after or kept.read()
        context = context_module.get_admin_context()
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
                # What was given away is not given again; what may have been
                # lost is.
                kept.write(change_cursor.pack(key, page.after))
        except exception.ChangesGone as error:
            raise failure.Refusal(
                f'{error.format_message()} Nothing was skipped: to go on '
                'with what is kept, leave out --after and remove the file of '
                '--state.',
                GONE,
            ) from error
    return failure.OK


class _Lines:
    """Standard output, with a line for each change."""

    def __init__(self, line: Callable[[export.Change], str]) -> None:
        self._line = line
        self._out = outlet.Outlet()

    def write(self, changes: Sequence[export.Change]) -> None:
        self._out.write(list(map(self._line, changes)))


def _sink(args: Any) -> Callable[[], Sink]:
    """Return what opens where changes go, once nobody else writes there."""
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
    """Import what a format needs.

    :raises Refusal: it is not installed
    """
    try:
        return importlib.import_module(path)
    except ImportError as error:
        raise failure.Refusal(
            f'--format {name} needs {error.name}, which the extra "{extra}" '
            f'installs: pip install nova-actions[{extra}]'
        ) from error


def _pages(
    context: context_module.RequestContext, after: int, follow: bool
) -> Iterator[feed.Page]:
    """Yield what has happened after a number, and what happens.

    :raises ChangesGone: some of it is not kept any more
    :raises DatabaseUnavailable: the database does not answer, unless it is
        followed
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


def _change(
    context: context_module.RequestContext, key: bytes, row: Row
) -> export.Change:
    number = row['number']
    return {
        'id': str(uuid.uuid5(uuid.UUID(row['action_uuid']), str(number))),
        'cursor': change_cursor.pack(key, number),
        **change_views.change(Change.of(context, row, shows_host=True)),
    }
