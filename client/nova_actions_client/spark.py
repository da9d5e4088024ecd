# SPDX-License-Identifier: Apache-2.0
"""Rates along the time, as a line of small bars."""

import math
from collections.abc import Sequence

#: A bar for none, and one for each part of the whole.
UNICODE = '▁▂▃▄▅▆▇█'
ASCII = '.:-=+*%#'
#: How many bars a line has at the most: as many as 80 columns leave for it.
CELLS = 14


def line(rates: Sequence[float | None], bars: str = UNICODE) -> str:
    """Return the line of rates from 0 to 1: a blank where there is none,
    and no rate but 0 looks as if it were 0.

    More rates than :data:`CELLS` share bars, which show the highest.
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
