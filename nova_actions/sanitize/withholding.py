# SPDX-License-Identifier: Apache-2.0
"""The sanitizer of a process that is not ours.

A service whose work is recorded must not fail because our rules do not work
on its interpreter. It records that something failed and why, and no text.
"""

import functools
import logging
from collections.abc import Iterable
from typing import Any

from nova_actions import sanitize
from nova_actions.sanitize import error as _error
from nova_actions.sanitize import text as _text

LOG = logging.getLogger(__name__)


class Withholding(sanitize.Sanitizer):
    """Keep nothing of what an error says."""

    def text(
        self, value: object, limit: int, secrets: Iterable[object] = ()
    ) -> sanitize.Sanitized:
        if value is None:
            return sanitize.Sanitized(None, 0)
        safe = _text.head_of(sanitize.WITHHELD, limit)
        return sanitize.Sanitized(safe, _text.count(safe))

    def error(
        self, exc_val: object, exc_tb: object,
        secrets: Iterable[object] = (), error_type: str | None = None,
    ) -> sanitize.ErrorText:
        """Return the coded reason, and the class of an exception; what is
        called a class in a text may be anything."""
        kind = None
        if isinstance(exc_val, BaseException):
            kind = self.name(_error.type_name(exc_val))
        return sanitize.ErrorText(
            error_type=kind, details=None, traceback=None,
            reason=_error.read(exc_val, exc_tb, error_type).reason)


@functools.cache
def _instead(reason: str) -> Withholding:
    # Said once, as its result is kept.
    LOG.error('Details and tracebacks are not recorded: %s', reason)
    return Withholding()


def for_host(conf: Any = None) -> sanitize.Sanitizer:
    """Return a sanitizer for a process that must go on if the rules do not
    work on its interpreter.

    :param conf: with the group ``[sanitize]``; none for the defaults
    :raises ValueError: one of its patterns is refused
    """
    try:
        if conf is not None:
            return sanitize.Sanitizer.from_conf(conf)
        plain = sanitize.Sanitizer()
        plain.check()
        return plain
    except sanitize.Broken as error:
        return _instead(str(error))
