# SPDX-License-Identifier: Apache-2.0
"""What can be read of a spool whose process is dead, or whose file is."""

import contextlib
import json
import os
import sqlite3
from typing import Any

from nova_actions.reporter import transition

Transition = dict[str, Any]
Entry = tuple[int, Transition]


def read(path: str) -> tuple[list[Entry], bool]:
    """Read what can be read of a dead process's spool.

    :returns: its reports in their order, and whether the file was whole
    """
    found: list[Entry] = []
    whole = True
    if not os.path.exists(path):
        return found, whole
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.text_factory = bytes
            if not db.execute(
                    'SELECT count(*) FROM sqlite_master').fetchone()[0]:
                # A process that ended before it had made the table.
                return found, whole
            for number, body in db.execute(
                    'SELECT id, body FROM report ORDER BY id'):
                each = _transition(body)
                if each is None or not isinstance(number, int):
                    whole = False
                else:
                    found.append((number, each))
    except (sqlite3.Error, ValueError):
        return found, False
    return found, whole


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
