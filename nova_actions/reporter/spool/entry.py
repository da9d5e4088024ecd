# SPDX-License-Identifier: Apache-2.0
"""A report as a spool keeps it: its place, its text, and a seal that tells
whether the two are what was written."""

import json
import zlib
from collections.abc import Iterable
from typing import Protocol, cast

from nova_actions.reporter import transition

Transition = transition.Transition
#: A report with its place in the spool.
Entry = tuple[int, Transition]
#: The same as it is written: place, text and seal.
Row = tuple[int, str, int]

#: ``PRAGMA user_version`` of a spool whose reports all have a seal; those of
#: the first release have none.
VERSION = 1

_KINDS = (transition.ACTION, *transition.STEPS, transition.END)


class Spool(Protocol):
    """What the delivery needs of a spool; see :class:`disk.Spool`."""

    @property
    def count(self) -> int: ...
    def after(self, position: int, limit: int) -> list[Entry]: ...
    def get(self, number: int) -> Transition | None: ...
    def remove(self, numbers: Iterable[int]) -> None: ...


encode = json.JSONEncoder(separators=(',', ':')).encode


def rows(first: int, bodies: Iterable[str]) -> list[Row]:
    """Return encoded reports as they are written.

    :param first: the place of the first one
    """
    return [
        (number, body, zlib.crc32(f'{number}:{body}'.encode()))
        for number, body in enumerate(bodies, first)
    ]


def checked(
    number: object, body: object, seal: object, is_sealed: bool
) -> Transition | None:
    """Return the report that was written, None if this is not it.

    :param is_sealed: whether there must be a seal
    """
    if not isinstance(body, bytes):
        return None
    try:
        text = body.decode('ascii')
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if (is_sealed or seal is not None) and (
        seal != zlib.crc32(f'{number}:{text}'.encode())
    ):
        return None
    is_report = isinstance(number, int) and _is_report(found)
    return cast(Transition, found) if is_report else None


def _is_report(found: object) -> bool:
    """Tell whether it has what every reader of a spool relies on."""
    if not isinstance(found, dict) or not isinstance(found.get('uuid'), str):
        return False
    if found.get('kind') == transition.CLOSE:
        return isinstance(found.get('evidence'), str)
    return found.get('kind') in _KINDS
