# SPDX-License-Identifier: Apache-2.0
"""Argument types for argparse."""

import argparse
import datetime
from collections.abc import Callable
from typing import Any

from oslo_utils import timeutils

from nova_actions import exception
from nova_actions import validation

MAX_DAYS = 36_500
MAX_COUNT = 2**31 - 1


def date(value: str) -> datetime.datetime:
    """Return a date or time as naive UTC; without a zone it is UTC."""
    try:
        return timeutils.normalize_time(datetime.datetime.fromisoformat(value))
    except (OverflowError, ValueError):
        raise argparse.ArgumentTypeError(
            f'{value!r} is neither a date such as 2026-01-31 nor a time such '
            'as 2026-01-31T12:00:00+00:00'
        ) from None


def number(least: int, most: int) -> Callable[[str], int]:
    """Return a type for whole numbers between two limits."""

    def check(value: str) -> int:
        try:
            result = int(value)
        except ValueError:
            result = least - 1
        if not least <= result <= most:
            raise argparse.ArgumentTypeError(
                f'{value!r} is not a whole number from {least} to {most}'
            )
        return result

    return check


def span(value: str) -> datetime.timedelta:
    """Return a duration such as ``30m`` or ``2h``."""
    return datetime.timedelta(microseconds=_checked(validation.span, value))


def uuid(value: str) -> str:
    """Return a UUID in lower case."""
    return str(_checked(validation.uuid, value))


def _checked(check: validation.Check, value: str) -> Any:
    try:
        return check(repr(value), value)
    except exception.InvalidInput as error:
        raise argparse.ArgumentTypeError(error.format_message()) from None


def text(most: int) -> Callable[[str], str]:
    """Return a type for texts that are not blank, up to a length."""

    def check(value: str) -> str:
        if not value.strip():
            raise argparse.ArgumentTypeError('it is blank')
        if len(value) > most:
            raise argparse.ArgumentTypeError(
                f'it has {len(value)} characters; the limit is {most}'
            )
        return value

    return check
