# SPDX-License-Identifier: Apache-2.0
"""Where the bars of an action's steps stand on one time axis. Nothing here
knows how they are drawn."""

import dataclasses
import datetime
from collections.abc import Sequence

from nova_actions_client import record

#: An idle time is shown that takes so much of the whole.
GAP = 0.03


@dataclasses.dataclass(frozen=True)
class Bar:
    """A step, or an idle time between steps, in cells of the axis."""

    first: int
    #: at least as far as the first: the shortest step has one cell
    last: int
    #: seconds; None while it runs
    duration: float | None
    #: None for an idle time
    step: record.Step | None = None


@dataclasses.dataclass(frozen=True)
class Axis:
    """A span of time over so many cells."""

    start: datetime.datetime
    #: seconds, more than none
    span: float
    cells: int

    def cell(self, moment: datetime.datetime) -> int:
        """Return the cell that a time falls into."""
        share = (moment - self.start).total_seconds() / self.span
        return min(self.cells - 1, max(0, int(share * self.cells)))

    def ticks(self, count: int) -> list[tuple[int, float]]:
        """Return cells with the seconds that they stand for, evenly."""
        return [
            (
                round(number * (self.cells - 1) / (count - 1)),
                number * self.span / (count - 1),
            )
            for number in range(count)
        ]


def axis(
    steps: Sequence[record.Step],
    now: datetime.datetime,
    cells: int,
    span: float | None = None,
) -> Axis:
    """Return the axis of steps.

    :param now: where what is running ends, for the time being
    :param span: at least so many seconds, to compare with another
    """
    start = min(step.start for step in steps)
    end = max(_end(step, now) for step in steps)
    own = (end - start).total_seconds()
    return Axis(start, max(own, span or 0.0, 1e-6), cells)


def bars(
    steps: Sequence[record.Step], scale: Axis, now: datetime.datetime
) -> list[Bar]:
    """Return the bars of steps that are in the order of their start, and of
    the times between them in which none was at work."""
    found: list[Bar] = []
    busy: datetime.datetime | None = None
    for step in steps:
        if busy is not None and step.start > busy:
            idle = (step.start - busy).total_seconds()
            first, last = scale.cell(busy), scale.cell(step.start)
            if idle >= GAP * scale.span and last > first:
                found.append(Bar(first, last - 1, idle))
        end = _end(step, now)
        first = scale.cell(step.start)
        found.append(
            Bar(first, max(first, scale.cell(end)), step.duration, step)
        )
        busy = end if busy is None else max(busy, end)
    return found


def _end(step: record.Step, now: datetime.datetime) -> datetime.datetime:
    return max(step.start, step.finish or now)
