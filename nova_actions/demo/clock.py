# SPDX-License-Identifier: Apache-2.0
"""The clocks of the simulated hosts, which the reporter reads in their
place."""

import contextlib
import contextvars
import datetime
from collections.abc import Iterator

from nova_actions.reporter import clock

#: The time at the host whose part this thread is playing. Other threads, such
#: as the one that delivers reports, have the real clocks.
_now: contextvars.ContextVar[datetime.datetime | None] = (
    contextvars.ContextVar('now', default=None)
)

_EPOCH = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)

_real_utcnow = clock.utcnow
_real_monotonic_ns = clock.monotonic_ns


def _utcnow() -> datetime.datetime:
    return _now.get() or _real_utcnow()


def _monotonic_ns() -> int:
    now = _now.get()
    return (
        _real_monotonic_ns()
        if now is None
        else ((now - _EPOCH) // _MICROSECOND * 1000)
    )


@contextlib.contextmanager
def simulated() -> Iterator[None]:
    """Have the reporter of this process read the hosts' clocks."""
    with contextlib.ExitStack() as stack:
        for name, function in (
            ('utcnow', _utcnow),
            ('monotonic_ns', _monotonic_ns),
        ):
            stack.callback(setattr, clock, name, getattr(clock, name))
            setattr(clock, name, function)
        yield


@contextlib.contextmanager
def at(now: datetime.datetime) -> Iterator[None]:
    """Play a host whose clock shows a time, naive UTC."""
    token = _now.set(now)
    try:
        yield
    finally:
        _now.reset(token)


def real_utcnow() -> datetime.datetime:
    """Return the time outside of the cloud, naive UTC."""
    return _real_utcnow()


def utcnow() -> datetime.datetime:
    """Return the time at the host that is played, else the real one; naive
    UTC."""
    return _utcnow()
