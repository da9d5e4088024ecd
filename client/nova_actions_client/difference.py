# SPDX-License-Identifier: Apache-2.0
"""The differences between two actions of a kind."""

from collections.abc import Sequence

from nova_actions_client import moment
from nova_actions_client import record

#: A duration differs when it is this many times longer or shorter,
RATIO = 2.0
#: and by at least this many seconds.
SECONDS = 0.5


def marks(
    steps: Sequence[record.Step], others: Sequence[record.Step]
) -> dict[record.Step, str]:
    """Return what differs in steps, for those that differ."""
    before = {(step.event, step.attempt): step for step in others}
    found = {}
    for step in steps:
        other = before.get((step.event, step.attempt))
        mark = _mark(step, other)
        if mark:
            found[step] = mark
    return found


def absent(
    steps: Sequence[record.Step], others: Sequence[record.Step]
) -> list[record.Step]:
    """Return the steps that only the other action has."""
    here = {(step.event, step.attempt) for step in steps}
    return [step for step in others if (step.event, step.attempt) not in here]


def _mark(step: record.Step, other: record.Step | None) -> str | None:
    if other is None:
        return 'only here'
    if step.outcome != other.outcome:
        return f'{other.outcome} there'
    if step.duration is None or other.duration is None:
        return None
    low, high = sorted((step.duration, other.duration))
    if high - low < SECONDS or high < RATIO * low:
        return None
    return f'{moment.took(other.duration)} there'
