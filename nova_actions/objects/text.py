# SPDX-License-Identifier: Apache-2.0
"""What the objects store of the texts that callers hand them."""

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

#: What is free text, and belongs together.
TEXTS = ('details', 'traceback')


def sanitizer() -> sanitize.Sanitizer:
    """Return the process's sanitizer, the default one before setup."""
    global _sanitizer
    if _sanitizer is None:
        _sanitizer = withholding.for_host()
    return _sanitizer


def setup(new: sanitize.Sanitizer) -> None:
    """Set the process's sanitizer, made from its configuration."""
    global _sanitizer
    _sanitizer = new


def counted(safe: sanitize.ErrorText) -> sanitize.ErrorText:
    """Return texts that are to be stored, with their secrets counted."""
    if safe.redactions and metrics.is_on():
        for text in filter(None, (safe.details, safe.traceback)):
            for rule in sanitize.rules_in(text):
                metrics.REDACTIONS.add(rule)
    return safe


def details(value: str | None) -> dict[str, Any]:
    """Return the columns of an event that a text about it fills."""
    if value is None:
        return {}
    safe = counted(sanitizer().error(value, None))
    return {
        'details': safe.details,
        'redactions': safe.redactions,
        'rules': safe.rules,
    }


def reason_of(values: Mapping[str, Any]) -> str | None:
    """Return why an event failed, one of :data:`sanitize.REASONS`: what is
    said if that is one of them, else what its error tells; None where it did
    not fail.

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


#: The shapes of fields that are not just names; a field that is none of
#: these and no string (the id of a row, a number) is stored as it is.
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
    """Return the fields of an object that are set, made safe to store.

    :param skip: fields to leave out
    :raises InvalidInput: when a field does not have its shape
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
