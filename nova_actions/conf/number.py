# SPDX-License-Identifier: Apache-2.0
"""Numbers as the values of options.

oslo.config takes an empty value for None, takes nan between any limits, and
sets no limit where none is given. A thread that waits for the time that such
a number gives, or a database that is given it, fails only then.
"""

import math
from typing import Any

from oslo_config import cfg
from oslo_config import types

#: 68 years in seconds; databases and threads do not take much larger numbers.
MAX = 2**31 - 1


class _Integer(types.Integer):
    def __call__(self, value: Any) -> Any:
        return _given(super().__call__(value))


class _Port(types.Port):
    def __call__(self, value: Any) -> Any:
        return _given(super().__call__(value))


class _Seconds(types.Float):
    def __call__(self, value: Any) -> Any:
        number = _given(super().__call__(value))
        if math.isnan(number):
            raise ValueError('it is not a number')
        return number


def _given(number: Any) -> Any:
    if number is None:
        raise ValueError('it is empty')
    return number


def integer(
    name: str, *, min: int = 0, max: int = MAX, **options: Any
) -> cfg.Opt:
    """Return an option whose value is a whole number.

    :param options: of :class:`oslo_config.cfg.Opt`
    """
    return cfg.Opt(name, type=_Integer(min, max), **options)


def port(name: str, **options: Any) -> cfg.Opt:
    """Return an option whose value is a TCP port, 0 to 65535."""
    return cfg.Opt(name, type=_Port(), **options)


def seconds(
    name: str, *, min: float = 0, max: float = MAX, **options: Any
) -> cfg.Opt:
    """Return an option whose value is a number of seconds, or parts of
    them."""
    return cfg.Opt(name, type=_Seconds(min, max), **options)
