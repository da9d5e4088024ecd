# SPDX-License-Identifier: Apache-2.0
"""The clocks of a reporter, in one place so that a test can shift them."""

import functools
import time

from oslo_utils import timeutils

#: Returns the time of day, naive UTC with microseconds.
utcnow = timeutils.utcnow
#: Returns the nanoseconds of a clock that nobody sets.
monotonic_ns = time.monotonic_ns


@functools.cache
def origin() -> str:
    """Return what the monotonic clock counts from: the system's boot id."""
    try:
        with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
            return file.read().strip()
    except OSError:
        return ''
