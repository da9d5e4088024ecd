# SPDX-License-Identifier: Apache-2.0
"""Shapes of inputs, checked before anything else is done with them.

Each check takes the argument's name and its value and returns the value to
go on with, or raises InvalidInput, which names the argument and the limit.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

from nova_actions import exception

NAME_LIMIT = 255
ID_LIMIT = 255
LIMIT_MAX = 2 ** 31 - 1
INTEGER_MAX = 2 ** 63 - 1

_PRINTABLE = re.compile(r'[\x20-\x7e]+')
_UUID = re.compile(r'[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
_CONTROL = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_FILTERS = ('changes-since', 'changes-before')

Check = Callable[[str, Any], Any]


def _refuse(argument: str, reason: str) -> exception.InvalidInput:
    return exception.InvalidInput(argument=argument, reason=reason)


def uuid(argument: str, value: Any) -> str:
    """A UUID in its 36 characters; small letters are returned."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return value.lower()
    raise _refuse(argument, 'it is not a UUID')


def request_id(argument: str, value: Any) -> str:
    """A request id: ``req-`` and a UUID, or what Nova's clients send instead:
    at most 255 printable ASCII characters."""
    if (not isinstance(value, str) or len(value) > ID_LIMIT
            or not _PRINTABLE.fullmatch(value)):
        raise _refuse(argument, f'it is not a request id of 1 to {ID_LIMIT} '
                                'printable characters')
    return value


def name(argument: str, value: Any) -> str:
    """A name of 1 to 255 characters; control characters are removed."""
    if isinstance(value, str):
        kept = _CONTROL.sub('', value)
        if 0 < len(kept) <= NAME_LIMIT:
            return kept
    raise _refuse(argument, f'it is not a name of 1 to {NAME_LIMIT} '
                            'characters')


def text(argument: str, value: Any) -> str:
    """Any text. Its size is cut where it is stored, not refused."""
    if not isinstance(value, str):
        raise _refuse(argument, 'it is not a string')
    return value


def integer(argument: str, value: Any) -> int:
    """The id of a row."""
    if (isinstance(value, bool) or not isinstance(value, int)
            or not -INTEGER_MAX <= value <= INTEGER_MAX):
        raise _refuse(argument, 'it is not an integer of 64 bits')
    return value


def count(argument: str, value: Any) -> int:
    """How many there are of something."""
    if integer(argument, value) < 0:
        raise _refuse(argument, 'it is below 0')
    return int(value)


#: A length of time in microseconds.
duration = count


def counts(words: Iterable[str]) -> Check:
    """Return a check of how many there are by a word. Other words are passed
    over: a newer sender may know more."""
    def check(argument: str, value: Any) -> dict[str, int]:
        if not isinstance(value, Mapping):
            raise _refuse(argument, 'it is not a mapping')
        return {word: count(argument, value[word]) for word in words
                if value.get(word)}
    return check


def texts(words: Iterable[str]) -> Check:
    """Return a check of short texts by a word, each cut at 255 characters.
    Other words are passed over, as above."""
    def check(argument: str, value: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise _refuse(argument, 'it is not a mapping')
        return {word: _CONTROL.sub('', text(f'{argument}.{word}', value[
            word])[:NAME_LIMIT]) for word in words if value.get(word)}
    return check


def boolean(argument: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(argument, 'it is not true or false')
    return value


def limit(argument: str, value: Any) -> int:
    """How many rows at the most."""
    if (isinstance(value, bool) or not isinstance(value, int)
            or not 0 <= value <= LIMIT_MAX):
        raise _refuse(argument,
                      f'it is not an integer from 0 to {LIMIT_MAX}')
    return value


def time(argument: str, value: Any) -> datetime.datetime:
    """A time, or ISO 8601 text of one; naive means UTC, and is returned."""
    try:
        if isinstance(value, str):
            value = timeutils.parse_isotime(value)
        if isinstance(value, datetime.datetime):
            return timeutils.normalize_time(value)
    except (ValueError, OverflowError):
        pass
    raise _refuse(argument, 'it is not a time in ISO 8601')


def filters(argument: str, value: Any) -> dict[str, datetime.datetime]:
    """A time window on ``updated_at``. Other keys are passed over, as Nova
    does: its API hands all query parameters down."""
    if not isinstance(value, Mapping):
        raise _refuse(argument, 'it is not a mapping')
    return {key: time(key, value[key]) for key in _FILTERS
            if value.get(key) is not None}


def one_of(*values: str) -> Check:
    """Return a check that takes only those values."""
    def check(argument: str, value: Any) -> str:
        if value not in values:
            raise _refuse(argument, f'it is not one of {", ".join(values)}')
        return str(value)
    return check


def optional(check: Check) -> Check:
    """Return the check for an argument that may be None."""
    def checked(argument: str, value: Any) -> Any:
        return None if value is None else check(argument, value)
    return checked
