# SPDX-License-Identifier: Apache-2.0
"""Types of arguments, for argparse."""

import argparse
import datetime
from collections.abc import Callable

from oslo_utils import timeutils

MAX_DAYS = 36_500
MAX_COUNT = 2**31 - 1


def date(value: str) -> datetime.datetime:
    """Return a date or time as naive UTC; UTC is meant where no zone is
    given."""
    try:
        return timeutils.normalize_time(
            datetime.datetime.fromisoformat(value))
    except (OverflowError, ValueError):
        raise argparse.ArgumentTypeError(
            f'{value!r} is no date such as 2026-01-31, nor a time such as '
            '2026-01-31T12:00:00+00:00') from None


def number(least: int, most: int) -> Callable[[str], int]:
    """Return a check of a whole number between limits."""
    def check(value: str) -> int:
        try:
            result = int(value)
        except ValueError:
            result = least - 1
        if not least <= result <= most:
            raise argparse.ArgumentTypeError(
                f'{value!r} is no whole number from {least} to {most}')
        return result
    return check
