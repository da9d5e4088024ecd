# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage export``: what happens, for other systems."""

import importlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

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


def run(args: Any) -> int:
    """Write changes to standard output, one in a line.

    :raises Refusal: for what cannot be used
    """
    line = _writer(args.format)
    with place.Place(args.state) as kept:
        cursor = args.after or kept.read()
        context = context_module.get_admin_context()
        key = signing_key.get(context)
        number = (
            feed.begin(context)
            if cursor is None
            else change_cursor.unpack(key, cursor)
        )
        out = outlet.Outlet()
        try:
            for page in _pages(context, number, args.follow):
                out.write(
                    [line(_change(context, key, row)) for row in page.rows]
                )
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


def _writer(name: str) -> Callable[[export.Change], str]:
    try:
        module = importlib.import_module(
            f'nova_actions.export.{export.FORMATS[name]}'
        )
    except ImportError as error:
        raise failure.Refusal(
            f'--format {name} needs {error.name}, which the extra "export" '
            'installs: pip install nova-actions[export]'
        ) from error
    writer: Callable[[export.Change], str] = module.line
    return writer


def _pages(context: Any, after: int, follow: bool) -> Iterator[feed.Page]:
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


def _change(context: Any, key: bytes, row: Row) -> export.Change:
    number = row['number']
    return {
        'id': str(uuid.uuid5(uuid.UUID(row['action_uuid']), str(number))),
        'cursor': change_cursor.pack(key, number),
        **change_views.change(Change.of(context, row, shows_host=True)),
    }
