# SPDX-License-Identifier: Apache-2.0
"""Durations in buckets: how many fell into each is enough for percentiles
within 1 %, and two such counts are merged by adding them up.

A bucket is named by its least duration, in microseconds. Up to 127 each has
its own; from there each power of two is divided into 64 of equal width, so
that a duration is at most 1/64 above the name of its bucket.
"""

import math
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

#: Bits of a duration that its bucket keeps.
_BITS = 7
#: Bits of the longest duration that is told from longer ones: 142 years.
_MOST = 52


def bucket(column: Any) -> Any:
    """Return the expression of the bucket that a duration falls into, which
    integers alone make: so it is the same on every database. NULL falls into
    none.

    :param column: microseconds, 0 or more
    """
    steps: list[tuple[Any, Any]] = [
        (column.is_(None), sa.null()),
        (column < sa.literal_column(str(2**_BITS)), column),
    ]
    for bits in range(_BITS + 1, _MOST + 1):
        width: Any = sa.literal_column(str(2 ** (bits - _BITS)))
        steps.append(
            (column < sa.literal_column(str(2**bits)), column - column % width)
        )
    return sa.case(*steps, else_=sa.literal_column(str(2**_MOST)))


def percentile(
    counts: Mapping[int, int], percent: int, longest: int
) -> int | None:
    """Return the least duration that so many of all are not above, to within
    1 %; None of none.

    :param counts: how many fell into each bucket
    :param longest: the longest of them
    """
    left = math.ceil(sum(counts.values()) * percent / 100)
    for least in sorted(counts):
        left -= counts[least]
        if left <= 0:
            width = 1 << max(0, least.bit_length() - _BITS)
            return min(least + (width - 1) // 2, longest)
    return None
