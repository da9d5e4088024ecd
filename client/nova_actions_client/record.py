# SPDX-License-Identifier: Apache-2.0
"""An action and its steps, as every command reads them, wherever they come
from."""

import collections
import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

SUCCEEDED = 'succeeded'
RETRIED = 'succeeded_after_retry'
FAILED = 'failed'
INTERRUPTED = 'interrupted'
RUNNING = 'running'
STATUSES = (RUNNING, SUCCEEDED, RETRIED, FAILED, INTERRUPTED)
GOOD = (SUCCEEDED, RETRIED)

#: What most names of a step begin with.
STEP_PREFIX = 'compute_'

#: Results of a step.
SUCCESS = 'Success'
ERROR = 'Error'
CLOSED = 'Interrupted'


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of an action on one host; a retry is another one."""

    event: str
    start: datetime.datetime
    finish: datetime.datetime | None = None
    #: None while it runs
    result: str | None = None
    #: None for who may not see it
    host: str | None = None
    attempt: int = 1
    #: a code such as NoValidHost
    reason: str | None = None
    details: str | None = None
    traceback: str | None = None
    #: as measured where it ran, seconds
    measured: float | None = None

    @property
    def duration(self) -> float | None:
        """Seconds; None while it runs."""
        if self.measured is not None or self.finish is None:
            return self.measured
        return (self.finish - self.start).total_seconds()

    @property
    def outcome(self) -> str:
        """The word for how it ended."""
        return {
            None: RUNNING,
            SUCCESS: SUCCEEDED,
            ERROR: FAILED,
            CLOSED: INTERRUPTED,
        }.get(self.result, str(self.result))


@dataclasses.dataclass(frozen=True)
class Action:
    """One thing that was asked for of a server."""

    action: str
    request: str
    server: str
    start: datetime.datetime
    #: None where only Nova was asked, which has none
    id: str | None = None
    server_name: str | None = None
    #: None where it is not known
    status: str | None = None
    finish: datetime.datetime | None = None
    duration: float | None = None
    updated: datetime.datetime | None = None
    user: str | None = None
    user_name: str | None = None
    project: str | None = None
    reason: str | None = None
    attempts: int | None = None
    hosts: Sequence[str] | None = None
    global_request: str | None = None
    #: None where they were not asked for, or may not be seen
    steps: Sequence[Step] | None = None
    #: how long its kind takes: seconds by "p50" and "p95"
    usual: dict[str, float] | None = None
    #: how many failed alike: "count", and "hosts" with the count of each
    alike: dict[str, Any] | None = None

    @property
    def short_id(self) -> str:
        """What is enough to find it again."""
        return self.id[:8] if self.id else self.request

    @property
    def is_open(self) -> bool:
        return self.status == RUNNING

    @property
    def failure(self) -> Step | None:
        """The step that says why it did not succeed: the last bad one."""
        bad = [
            step for step in self.steps or () if step.result in (ERROR, CLOSED)
        ]
        return bad[-1] if bad else None

    @property
    def where(self) -> str | None:
        """The host that it failed on."""
        return self.failure.host if self.failure else None


def numbered(steps: Sequence[Step]) -> list[Step]:
    """Return steps in the order of their start, the attempts of each
    counted."""
    attempts: collections.Counter[str] = collections.Counter()
    found = []
    for step in sorted(steps, key=lambda step: step.start):
        attempts[step.event] += 1
        found.append(dataclasses.replace(step, attempt=attempts[step.event]))
    return found


def last_attempts(steps: Sequence[Step]) -> dict[str, Step]:
    """Return the last attempt of each kind of step, in order."""
    return {step.event: step for step in steps}


def derived_status(steps: Sequence[Step], has_failed: bool) -> str:
    """Return the status of an action of which only the steps are known.

    :param has_failed: Nova says so of the whole
    """
    results = [step.result for step in last_attempts(steps).values()]
    if has_failed or ERROR in results:
        return FAILED
    if CLOSED in results:
        return INTERRUPTED
    if not results or None in results:
        return RUNNING
    if any(step.result != SUCCESS for step in steps):
        return RETRIED
    return SUCCEEDED
