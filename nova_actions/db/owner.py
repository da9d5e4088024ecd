# SPDX-License-Identifier: Apache-2.0
"""Whose a server is: what every rule check needs.

A server's owner never changes, so the answer is remembered for the life of
the process (bounded). Whether a server is deleted may change, so a caller to
whom that matters asks afresh.
"""

import threading
from typing import Any

from nova_actions.db import api

#: How many owners a process remembers; about 100 bytes each.
REMEMBERED = 50_000

_lock = threading.Lock()
_known: dict[str, dict[str, Any]] = {}


def find(context: Any, uuid: str, fresh: bool = False,
         ) -> dict[str, Any] | None:
    """Return the instance of that uuid, None when nobody knows it.

    :param fresh: do not answer from memory
    :raises Unavailable: when a database that may know it does not answer
    """
    if not fresh:
        known = _known.get(uuid)
        # For a stranger the work is the same whether it exists or not.
        if known is not None and _is_trusted(context, known):
            return known
    found = api.instance_get(context, uuid)
    if found is not None:
        _remember(found)
    return found


def _is_trusted(context: Any, instance: dict[str, Any]) -> bool:
    return (instance['project_id'] == context.project_id
            or bool(context.is_admin))


def _remember(instance: dict[str, Any]) -> None:
    with _lock:
        while len(_known) >= REMEMBERED:
            del _known[next(iter(_known))]
        _known[instance['uuid']] = instance


def forget() -> None:
    """Forget everything, as after a change of database."""
    with _lock:
        _known.clear()
