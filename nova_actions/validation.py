# SPDX-License-Identifier: Apache-2.0
"""Validation of arguments, before anything else is done with them.

Each check takes the name of the argument and its value. It returns the value
to use, or raises InvalidInput, which names the argument and the limit.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

from nova_actions import exception

NAME_LIMIT = 255
ID_LIMIT = 255
LIMIT_MAX = 2**31 - 1
INTEGER_MAX = 2**63 - 1

_PRINTABLE = re.compile(r'[\x20-\x7e]+')
_UUID = re.compile(r'[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
_CONTROL = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_UNITS = {'': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400}
#: How a date begins a time. Without that iso8601 takes "2026-331", which is
#: November, for March.
_DATED = re.compile(
    r'[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ].+)?)?|[0-9]{4}.*)?'
)
_SPAN = re.compile(r'([0-9]{1,12}(?:\.[0-9]{1,6})?)([smhdw]?)')
#: The longest span, microseconds.
SPAN_MAX = 36525 * 86400 * 1_000_000
_FILTERS = ('changes-since', 'changes-before')

#: Takes the argument's name and its value; see above.
Check = Callable[[str, Any], Any]


def _refuse(argument: str, reason: str) -> exception.InvalidInput:
    return exception.InvalidInput(argument=argument, reason=reason)


def uuid(argument: str, value: object) -> str:
    """A UUID in its 36 characters; small letters are returned."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return value.lower()
    raise _refuse(argument, 'it is not a UUID')


def request_id(argument: str, value: object) -> str:
    """A request id: ``req-`` and a UUID, or what Nova's clients send instead:
    at most 255 printable ASCII characters."""
    if (
        not isinstance(value, str)
        or len(value) > ID_LIMIT
        or not _PRINTABLE.fullmatch(value)
    ):
        raise _refuse(
            argument,
            f'it is not a request id of 1 to {ID_LIMIT} printable ASCII '
            'characters',
        )
    return value


def name(argument: str, value: object) -> str:
    """A name of 1 to 255 characters; control characters are removed."""
    if isinstance(value, str):
        kept = _CONTROL.sub('', value)
        if 0 < len(kept) <= NAME_LIMIT:
            return kept
    raise _refuse(
        argument, f'it is not a name of 1 to {NAME_LIMIT} characters'
    )


def text(argument: str, value: object) -> str:
    """Any text. Its size is cut where it is stored, not refused."""
    if not isinstance(value, str):
        raise _refuse(argument, 'it is not a string')
    return value


def integer(argument: str, value: object) -> int:
    """The id of a row."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not -INTEGER_MAX <= value <= INTEGER_MAX
    ):
        raise _refuse(argument, 'it is not an integer of 64 bits')
    return value


def count(argument: str, value: object) -> int:
    """A count, 0 or more."""
    found = integer(argument, value)
    if found < 0:
        raise _refuse(argument, 'it is below 0')
    return found


#: A length of time in microseconds.
duration = count


def counts(words: Iterable[str]) -> Check:
    """Return a check for counts by these words. Other words are ignored: a
    newer sender may know more."""

    def check(argument: str, value: object) -> dict[str, int]:
        if not isinstance(value, Mapping):
            raise _refuse(argument, 'it is not a mapping')
        return {
            word: count(argument, value[word])
            for word in words
            if value.get(word)
        }

    return check


def texts(words: Iterable[str]) -> Check:
    """Return a check for short texts by these words, each cut at 255
    characters. Other words are ignored, as above."""

    def check(argument: str, value: object) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise _refuse(argument, 'it is not a mapping')
        return {
            word: _CONTROL.sub(
                '', text(f'{argument}.{word}', value[word])[:NAME_LIMIT]
            )
            for word in words
            if value.get(word)
        }

    return check


def boolean(argument: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(argument, 'it is not true or false')
    return value


def limit(argument: str, value: object) -> int:
    """A maximum number of rows."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value <= LIMIT_MAX
    ):
        raise _refuse(argument, f'it is not an integer from 0 to {LIMIT_MAX}')
    return value


def time(argument: str, value: object) -> datetime.datetime:
    """A time, or ISO 8601 text. A naive time is UTC; naive UTC is
    returned."""
    try:
        if isinstance(value, str):
            value = timeutils.parse_isotime(value)
        if isinstance(value, datetime.datetime):
            return timeutils.normalize_time(value)
    except (ValueError, OverflowError):
        pass
    raise _refuse(argument, 'it is not a time in ISO 8601')


def span(argument: str, value: object) -> int:
    """A duration such as ``90``, ``1.5s``, ``30m``, ``2h``, ``7d`` or
    ``2w``; a number without a unit means seconds. Microseconds are
    returned."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refuse(
            argument,
            'it is not a length of time such as 90s, 30m, 2h, 7d or 2w',
        )
    found = round(float(match[1]) * _UNITS[match[2]] * 1_000_000)
    if found > SPAN_MAX:
        raise _refuse(argument, 'it is longer than 100 years')
    return found


def moment(
    argument: str, value: object, now: datetime.datetime
) -> datetime.datetime:
    """A time in ISO 8601, or a duration before ``now``. Naive UTC is
    returned.

    :param now: naive UTC
    """
    if (
        isinstance(value, str)
        and _SPAN.fullmatch(value)
        and (value[-1] in _UNITS)
    ):
        return now - datetime.timedelta(microseconds=span(argument, value))
    try:
        if isinstance(value, str) and _DATED.fullmatch(value):
            return time(argument, value)
    except exception.InvalidInput:
        pass
    raise _refuse(
        argument,
        'it is neither a time in ISO 8601 nor a length of time such as 30m, '
        '2h or 7d',
    )


def terms(argument: str, value: object) -> dict[str, list[str]]:
    """Words and their values: each a text, or a list of texts, of which
    there is at least one."""
    if not isinstance(value, Mapping) or not all(
        isinstance(word, str) for word in value
    ):
        raise _refuse(argument, 'it is not a mapping of words')
    return {word: _texts(argument, each) for word, each in value.items()}


def _texts(argument: str, value: object) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if (
        not isinstance(found, list)
        or not found
        or not all(isinstance(each, str) for each in found)
    ):
        raise _refuse(
            argument, 'a word in it has neither a text nor a list of texts'
        )
    return found


def filters(argument: str, value: object) -> dict[str, datetime.datetime]:
    """A time window on ``updated_at``. Other keys are ignored, as in Nova,
    whose API passes all query parameters down."""
    if not isinstance(value, Mapping):
        raise _refuse(argument, 'it is not a mapping')
    return {
        key: time(key, value[key])
        for key in _FILTERS
        if value.get(key) is not None
    }


def one_of(*values: str) -> Check:
    """Return a check that accepts only these values."""

    def check(argument: str, value: object) -> str:
        if value not in values:
            raise _refuse(argument, f'it is not one of {", ".join(values)}')
        return str(value)

    return check


def optional(check: Check) -> Check:
    """Return the check for an argument that may be None."""

    def checked(argument: str, value: object) -> Any:
        return None if value is None else check(argument, value)

    return checked
