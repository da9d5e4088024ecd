# SPDX-License-Identifier: Apache-2.0
"""Sanitizing of the texts that the objects store."""

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils

from nova_actions import metrics
from nova_actions import sanitize
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.sanitize import withholding

if TYPE_CHECKING:
    from nova_actions.objects import base

_sanitizer: sanitize.Sanitizer | None = None

#: Free texts of an event, which are sanitized together.
TEXTS = ('details', 'traceback')


def sanitizer() -> sanitize.Sanitizer:
    """Return the sanitizer of this process; before setup, the default."""
    global _sanitizer
    if _sanitizer is None:
        _sanitizer = withholding.for_host()
    return _sanitizer


def setup(new: sanitize.Sanitizer) -> None:
    """Set the sanitizer of this process."""
    global _sanitizer
    _sanitizer = new


def counted(safe: sanitize.ErrorText) -> sanitize.ErrorText:
    """Count the secrets that are masked in texts to be stored."""
    if safe.redactions and metrics.is_on():
        for text in filter(None, (safe.details, safe.traceback)):
            for rule in sanitize.rules_in(text):
                metrics.REDACTIONS.add(rule)
    return safe


def details(value: str | None) -> dict[str, Any]:
    """Return the columns of an event for its ``details``."""
    if value is None:
        return {}
    safe = counted(sanitizer().error(value, None))
    return {
        'details': safe.details,
        'redactions': safe.redactions,
        'rules': safe.rules,
    }


def reason_of(values: Mapping[str, Any]) -> str | None:
    """Return why an event failed, one of :data:`sanitize.REASONS`: the given
    reason if it is one of them, else one derived from the error. None if it
    did not fail.

    :param values: its ``result``, ``reason``, ``error_type`` and ``details``
    """
    if values.get('result') in (None, vocabulary.RESULT_SUCCESS):
        return None
    if values['result'] == vocabulary.RESULT_INTERRUPTED:
        return vocabulary.REASON_INTERRUPTED
    reason: str | None = values.get('reason')
    if reason in sanitize.REASONS:
        return reason
    return (
        sanitizer()
        .error(
            values.get('details') or '',
            None,
            error_type=values.get('error_type'),
        )
        .reason
    )


#: The checks of fields that are not just names. Other strings are names;
#: other values (ids of rows, numbers) are stored unchanged.
_SHAPES: Mapping[str, validation.Check] = {
    'deleted': lambda _name, value: int(value),
    'uuid': validation.uuid,
    'instance_uuid': validation.uuid,
    'request_id': validation.request_id,
    **dict.fromkeys(TEXTS, validation.text),
}


def _storable(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _SHAPES:
        return _SHAPES[name](name, value)
    if isinstance(value, datetime.datetime):
        return timeutils.normalize_time(value)
    if isinstance(value, str):
        return sanitizer().name(validation.name(name, value))
    return value


def storable(
    obj: 'base.ActionsObject', skip: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the fields of an object that are set, checked and sanitized.

    :param skip: fields to leave out
    :raises InvalidInput: for an invalid value
    """
    values = {
        name: _storable(name, getattr(obj, name))
        for name in obj.fields
        if name in obj and name not in ('id', *skip)
    }
    if given := [name for name in TEXTS if name in values]:
        safe = counted(
            sanitizer().error(values.get('details'), values.get('traceback'))
        )
        values.update({name: getattr(safe, name) for name in given})
        values.update(redactions=safe.redactions, rules=safe.rules)
    return values
