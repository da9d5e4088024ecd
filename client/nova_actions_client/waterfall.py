# SPDX-License-Identifier: Apache-2.0
"""The positions of the bars of steps on one time axis, not how they are
drawn."""

import dataclasses
import datetime
from collections.abc import Sequence

from nova_actions_client import record

#: A gap is shown from this share of the axis.
GAP = 0.03


@dataclasses.dataclass(frozen=True)
class Bar:
    """A step, or a gap between steps, in cells of the axis."""

    first: int
    #: not before the first: the shortest step has one cell
    last: int
    #: seconds; None while it runs
    duration: float | None
    #: None for a gap
    step: record.Step | None = None


@dataclasses.dataclass(frozen=True)
class Axis:
    """A span of time over a number of cells."""

    start: datetime.datetime
    #: seconds, more than 0
    span: float
    cells: int

    def cell(self, moment: datetime.datetime) -> int:
        """Return the cell of a time."""
        share = (moment - self.start).total_seconds() / self.span
        return min(self.cells - 1, max(0, int(share * self.cells)))

    def ticks(self, count: int) -> list[tuple[int, float]]:
        """Return evenly spaced cells, and the seconds at each."""
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

    :param now: where running steps end for now
    :param span: the least seconds, to compare with another axis
    """
    start = min(step.start for step in steps)
    end = max(_end(step, now) for step in steps)
    own = (end - start).total_seconds()
    return Axis(start, max(own, span or 0.0, 1e-6), cells)


def bars(
    steps: Sequence[record.Step], scale: Axis, now: datetime.datetime
) -> list[Bar]:
    """Return the bars of steps and of the gaps between them.

    :param steps: in the order of their start
    """
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
