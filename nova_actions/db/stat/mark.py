# SPDX-License-Identifier: Apache-2.0
"""Marks the hours that are to be counted again, in the transaction that
changes their rows: without a lock, so that no writer waits for another.

What changes within the hour in which it began needs no mark: an hour is
counted after it is over.
"""

import datetime
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from nova_actions.db import deferred
from nova_actions.db.models import ROLLUP_MARKS

Time = datetime.datetime

_INSERT = deferred.deferred(sa.insert(ROLLUP_MARKS))

HOUR = datetime.timedelta(hours=1)
#: How long after its end an hour is counted; until then by most clocks that
#: write it is not over.
GRACE = datetime.timedelta(minutes=10)


def hour_of(time: Time) -> Time:
    """Return the beginning of an hour."""
    return time.replace(minute=0, second=0, microsecond=0)


def add(connection: Any, times: Iterable[Time | None], now: Time) -> None:
    """Mark the hours of actions that have changed, in one statement, which
    most transactions need not have.

    :param times: when those actions began
    :param now: naive UTC
    """
    hours = {hour_of(time) for time in times if time is not None}
    over = [{'hour': hour} for hour in sorted(hours) if hour <= now - HOUR]
    if over:
        connection.execute(_INSERT, over)
