# SPDX-License-Identifier: Apache-2.0
"""The clocks of a reporter, at one place so that a test can set them off."""

import datetime
import functools
import time


def utcnow() -> datetime.datetime:
    """Return the time of day, naive UTC with microseconds."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def monotonic_ns() -> int:
    """Return nanoseconds of a clock that nobody sets."""
    return time.monotonic_ns()


@functools.cache
def origin() -> str:
    """Name what the monotonic clock counts from: this system's start."""
    try:
        with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
            return file.read().strip()
    except OSError:
        return ''
