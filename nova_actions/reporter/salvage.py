# SPDX-License-Identifier: Apache-2.0
"""What can be read of a spool whose process is dead, or whose file is."""

import contextlib
import itertools
import json
import os
import sqlite3
from collections.abc import Iterator
from typing import Any

from nova_actions.reporter import fork
from nova_actions.reporter import transition

Transition = dict[str, Any]
Entry = tuple[int, Transition]


class Remains:
    """What can be read of a dead process's spool: its reports, in their
    order.

    :attr:`is_whole` tells afterwards whether the file was.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.is_whole = True

    def __iter__(self) -> Iterator[Entry]:
        if not os.path.exists(self._path):
            return
        try:
            with contextlib.closing(sqlite3.connect(self._path)) as db:
                db.text_factory = bytes
                # Without a table: of a process that ended before it had made
                # it.
                if db.execute('SELECT count(*) FROM sqlite_master'
                              ).fetchone()[0]:
                    yield from self._entries(db)
        except (sqlite3.Error, ValueError):
            self.is_whole = False

    def _entries(self, db: sqlite3.Connection) -> Iterator[Entry]:
        for number, body in db.execute(
                'SELECT id, body FROM report ORDER BY id'):
            each = _transition(body)
            if each is None or not isinstance(number, int):
                self.is_whole = False
            else:
                yield number, each

    def parts(self, size: int) -> Iterator[list[Transition]]:
        """Yield the reports, so many at once."""
        entries = iter(self)
        while True:
            with fork.keeping:
                part = [each for _, each in itertools.islice(entries, size)]
            if not part:
                return
            yield part


def read(path: str) -> tuple[list[Entry], bool]:
    """Read what can be read of a spool.

    :returns: its reports in their order, and whether the file was whole
    """
    remains = Remains(path)
    with fork.keeping:
        return list(remains), remains.is_whole


def _transition(body: Any) -> Transition | None:
    """Return what was written down, None if it is no transition."""
    try:
        found = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get('uuid'), str):
        return None
    kind = found.get('kind')
    if kind == transition.CLOSE:
        return found if isinstance(found.get('evidence'), str) else None
    kinds = (transition.ACTION, transition.START, transition.FINISH)
    return found if kind in kinds else None
