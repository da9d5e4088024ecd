# SPDX-License-Identifier: Apache-2.0
"""How tests wait: for the thing itself."""

import time
from collections.abc import Callable
from typing import Any

#: Seconds after which something that a test waits for counts as hung; much
#: more than it takes on the slowest machine, so that no test depends on how
#: fast a machine is.
PATIENCE = 600.0
#: Seconds between two looks.
PAUSE = 0.01


def wait_until(what: str, condition: Callable[[], Any]) -> Any:
    """Return the first true value of a condition.

    :raises AssertionError: when there is none within PATIENCE
    """
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {PATIENCE:g} seconds')
        time.sleep(PAUSE)
    return value
