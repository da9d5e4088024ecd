# SPDX-License-Identifier: Apache-2.0
"""Rates over time, as a line of small bars."""

import math
from collections.abc import Sequence

#: The bars from 0 to 1.
UNICODE = '▁▂▃▄▅▆▇█'
ASCII = '.:-=+*%#'
#: The most bars of a line: what a table of 80 columns leaves for it.
CELLS = 14


def line(rates: Sequence[float | None], bars: str = UNICODE) -> str:
    """Return the line of rates from 0 to 1, with a blank for None.

    Only 0 gets the lowest bar. More rates than :data:`CELLS` share bars,
    which show the highest.
    """
    share = max(1, math.ceil(len(rates) / CELLS))
    return ''.join(
        _bar(rates[start : start + share], bars)
        for start in range(0, len(rates), share)
    )


def _bar(rates: Sequence[float | None], bars: str) -> str:
    known = [rate for rate in rates if rate is not None]
    if not known:
        return ' '
    return bars[min(len(bars) - 1, math.ceil(max(known) * (len(bars) - 1)))]
