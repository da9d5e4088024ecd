# SPDX-License-Identifier: Apache-2.0
"""What the objects store of the texts that callers hand them."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

from nova_actions import metrics
from nova_actions import sanitize
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.sanitize import withholding

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


def storable(obj: Any, skip: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of an object that are set, made safe to store.

    :raises InvalidInput: when one has not its shape
    """
    values: dict[str, Any] = {}
    for name in obj.fields:
        if name in ('id', *skip) or name not in obj:
            continue
        value = getattr(obj, name)
        if isinstance(value, datetime.datetime):
            value = timeutils.normalize_time(value)
        elif name == 'deleted':
            value = int(value)
        elif name in ('uuid', 'instance_uuid') and value is not None:
            value = validation.uuid(name, value)
        elif name == 'request_id' and value is not None:
            value = validation.request_id(name, value)
        elif isinstance(value, str) and name not in TEXTS:
            value = sanitizer().name(validation.name(name, value))
        values[name] = value
    if given := [name for name in TEXTS if name in values]:
        safe = counted(
            sanitizer().error(values.get('details'), values.get('traceback'))
        )
        values.update({name: getattr(safe, name) for name in given})
        values.update(redactions=safe.redactions, rules=safe.rules)
    return values
