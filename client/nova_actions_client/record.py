# SPDX-License-Identifier: Apache-2.0
"""An action and its steps, the same for the action log and for Nova."""

import collections
import dataclasses
import datetime
from collections.abc import Iterable, Sequence

from nova_actions_client import view

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
    """One step of an action on one host; a retry is a step of its own."""

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
    #: duration as the host measured it, seconds
    measured: float | None = None

    @property
    def duration(self) -> float | None:
        """Seconds; None while it runs."""
        if self.measured is not None:
            return self.measured
        return seconds(self.start, self.finish)

    @property
    def why(self) -> list[str]:
        """Why it failed, as far as that is known: code and message."""
        return [part for part in (self.reason, self.details) if part]

    @property
    def outcome(self) -> str:
        """Its status, in the words of an action's."""
        return {
            None: RUNNING,
            SUCCESS: SUCCEEDED,
            ERROR: FAILED,
            CLOSED: INTERRUPTED,
        }.get(self.result, str(self.result))


@dataclasses.dataclass(frozen=True)
class Action:
    """One action of a server."""

    action: str
    request: str
    server: str
    start: datetime.datetime
    #: None from Nova, which has none
    id: str | None = None
    server_name: str | None = None
    #: None where Nova does not tell
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
    #: None where they were not asked for, or are withheld
    steps: Sequence[Step] | None = None
    usual: view.Usual | None = None
    alike: view.Alike | None = None

    @property
    def short_id(self) -> str:
        """The shortest name that finds it again."""
        return self.id[:8] if self.id else self.request

    @property
    def is_open(self) -> bool:
        return self.status == RUNNING

    @property
    def failure(self) -> Step | None:
        """The last step that failed or was interrupted."""
        bad = [
            step for step in self.steps or () if step.result in (ERROR, CLOSED)
        ]
        return bad[-1] if bad else None


def seconds(
    start: datetime.datetime, finish: datetime.datetime | None
) -> float | None:
    """Return the seconds between two times; None before the finish."""
    return None if finish is None else (finish - start).total_seconds()


def numbered(steps: Sequence[Step]) -> list[Step]:
    """Return steps in the order of their start, with their attempts
    numbered."""
    attempts: collections.Counter[str] = collections.Counter()
    found = []
    for step in sorted(steps, key=lambda step: step.start):
        attempts[step.event] += 1
        found.append(dataclasses.replace(step, attempt=attempts[step.event]))
    return found


def last_attempts(steps: Sequence[Step]) -> dict[str, Step]:
    """Return the last attempt of each step, by its name, in order."""
    return {step.event: step for step in steps}


def end(steps: Iterable[Step]) -> datetime.datetime | None:
    """Return when the last step ended; None when none did."""
    return max((step.finish for step in steps if step.finish), default=None)


def derived_status(steps: Sequence[Step], has_failed: bool) -> str:
    """Return the status of an action as it follows from its steps.

    :param has_failed: Nova reports the action itself as failed
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
