# SPDX-License-Identifier: Apache-2.0
"""Names of a cell's rows outside it.

Each database counts from 1. Over RPC and in objects a row of a cell has a
negative id, which tells the cell as well; in links it is
``cell:NAME:ID``.
"""

import re
import zlib

#: Names of cells stand in links.
NAME = re.compile('[A-Za-z0-9._-]{1,64}')

_MARKER = re.compile(r'cell:([A-Za-z0-9._-]{1,64}):([0-9]{1,20})')
_BITS = 40
_MASK = (1 << _BITS) - 1


def tag(name: str) -> int:
    """Return the 23 bits that stand for a cell in the ids of its rows."""
    return zlib.crc32(name.encode()) & 0x7FFFFF


def encode(name: str, row_id: int) -> int:
    """Return the id of a cell's row outside the cell."""
    return -(tag(name) << _BITS | row_id)


def decode(row_id: int) -> tuple[int, int]:
    """Return the cell's tag and its row's own id."""
    return -row_id >> _BITS, -row_id & _MASK


def marker(name: str, row_id: int) -> str:
    """Return what names a cell's action where its request id does not."""
    return f'cell:{name}:{row_id}'


def marked(value: str, name: str) -> int | None:
    """Return the id of the cell's row that a marker names, None where it is
    none of that cell."""
    match = _MARKER.fullmatch(value)
    if match is None or match[1] != name or int(match[2]) > _MASK:
        return None
    return int(match[2])


def is_marker(value: str) -> bool:
    """Tell whether a request id could be taken for a marker of ours."""
    return _MARKER.fullmatch(value) is not None
