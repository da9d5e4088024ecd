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
        self,
        exc_val: object,
        exc_tb: object,
        secrets: Iterable[object] = (),
        error_type: str | None = None,
    ) -> sanitize.ErrorText:
        """Return the coded reason, and the class of an exception; what is
        called a class in a text may be anything."""
        kind = None
        if _error.is_exception(exc_val):
            kind = self.name(_error.type_name(exc_val))
        return sanitize.ErrorText(
            error_type=kind,
            details=None,
            traceback=None,
            reason=_error.read(exc_val, exc_tb, error_type).reason,
        )


@functools.cache
def _instead(reason: str) -> Withholding:
    # Said once, as its result is kept.
    LOG.error('Details and tracebacks are not recorded: %s', reason)
    return Withholding()


class Untried(sanitize.Sanitizer):
    """Try the rules at each use until that can be done, and withhold until
    then: what is recorded first may be so with hardly any stack left."""

    def __init__(self, conf: Any) -> None:
        super().__init__()
        self._conf = conf
        self._tried: sanitize.Sanitizer | None = None

    def _now(self) -> sanitize.Sanitizer:
        if self._tried is None:
            try:
                self._tried = _made(self._conf)
            except (RecursionError, MemoryError):
                return Withholding()
            except (sanitize.Broken, ValueError) as error:
                self._tried = _instead(str(error))
        return self._tried

    @property
    def rules(self) -> str:
        """Those of the sanitizer that it stands for."""
        return self._now().rules

    def text(
        self, value: object, limit: int, secrets: Iterable[object] = ()
    ) -> sanitize.Sanitized:
        return self._now().text(value, limit, secrets)

    def name(
        self, value: object, limit: int = sanitize.NAME_LIMIT
    ) -> str | None:
        return self._now().name(value, limit)

    def error(
        self,
        exc_val: object,
        exc_tb: object,
        secrets: Iterable[object] = (),
        error_type: str | None = None,
    ) -> sanitize.ErrorText:
        return self._now().error(exc_val, exc_tb, secrets, error_type)

    def again(
        self, details: str | None, trace: str | None, rules: str | None
    ) -> sanitize.ErrorText:
        return self._now().again(details, trace, rules)


def _made(conf: Any) -> sanitize.Sanitizer:
    if conf is not None:
        return sanitize.Sanitizer.from_conf(conf)
    plain = sanitize.Sanitizer()
    plain.check()
    return plain


def for_host(conf: Any = None) -> sanitize.Sanitizer:
    """Return a sanitizer for a process that must go on if the rules do not
    work on its interpreter.

    :param conf: with the group ``[sanitize]``; none for the defaults
    :raises ValueError: one of its patterns is refused
    """
    try:
        return _made(conf)
    except sanitize.Broken as error:
        return _instead(str(error))
    except (RecursionError, MemoryError):
        return Untried(conf)
