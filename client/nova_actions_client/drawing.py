# SPDX-License-Identifier: Apache-2.0
"""A waterfall drawn with characters."""

import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence

from rich import cells
from rich.text import Text

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import text
from nova_actions_client import waterfall

#: The most columns of a host, a step, and the label after a bar.
HOST, STEP, LABEL = 14, 22, 26
#: The fewest columns of the axis.
AXIS = 16
TICKS = 4
HOST_STYLES = ('cyan', 'magenta', 'blue', 'yellow', 'green')


@dataclasses.dataclass(frozen=True)
class Pen:
    """The characters of a drawing."""

    begin: str
    body: str
    #: the end of a bar, by the outcome of its step
    ends: Mapping[str, str]
    idle: str
    ellipsis: str


ASCII = Pen(
    '[',
    '=',
    {
        record.SUCCEEDED: ']',
        record.FAILED: 'x',
        record.INTERRUPTED: '!',
        record.RUNNING: '>',
    },
    '.',
    '~',
)
UNICODE = Pen(
    '━',
    '━',
    {
        record.SUCCEEDED: '━',
        record.FAILED: '✗',
        record.INTERRUPTED: '!',
        record.RUNNING: '▶',
    },
    '·',
    '…',
)


def lines(
    steps: Sequence[record.Step],
    width: int,
    pen: Pen,
    now: datetime.datetime,
    marks: Mapping[record.Step, str] | None = None,
    span: float | None = None,
) -> Iterator[Text]:
    """Yield the lines of a waterfall: its axis, then a line for each bar.

    :param steps: at least one, in the order of their start
    :param marks: notes on steps, instead of their reason
    :param span: the least seconds of the axis
    """
    rows = [_row(step, pen, marks or {}) for step in steps]
    hosts = max(cells.cell_len(host) for host, _, _ in rows)
    names = max(cells.cell_len(name) for _, name, _ in rows)
    labels = max(cells.cell_len(label) for _, _, label in rows)
    left = hosts + names + 2
    axis = waterfall.axis(
        steps, now, max(AXIS, width - left - labels - 2), span
    )
    styles = _styles(steps)
    yield Text(' ' * left + _ticks(axis))
    of = dict(zip(steps, rows, strict=True))
    for bar in waterfall.bars(steps, axis, now):
        if bar.step is None:
            yield Text(
                ' ' * (hosts + 1)
                + '(gap)'.ljust(names + 1)
                + _bar(bar, pen, axis.cells)
                + ' '
                + moment.took(bar.duration),
                style='dim',
            )
            continue
        host, name, label = of[bar.step]
        line = Text(_set(host, hosts) + ' ', style=styles[bar.step.host])
        line.append(_set(name, names) + ' ', style='default')
        line.append(_bar(bar, pen, axis.cells) + ' ')
        line.append(
            label,
            style='bold red'
            if bar.step.outcome in (record.FAILED, record.INTERRUPTED)
            else 'default',
        )
        yield line


def _row(
    step: record.Step, pen: Pen, marks: Mapping[record.Step, str]
) -> tuple[str, str, str]:
    """Return host, name and label of a step, cut to their widths."""
    name = text.printable(step.event).removeprefix(record.STEP_PREFIX)
    number = f' #{step.attempt}' if step.attempt > 1 else ''
    label = moment.took(step.duration)
    if step.outcome != record.SUCCEEDED:
        reason = text.printable(step.reason or step.outcome.upper())
        label = f'{label} {reason}' if step.duration is not None else reason
    if step in marks:
        # There is no room for both; the reason is printed below.
        label = f'{label.partition(" ")[0]} < {marks[step]}'
    return (
        text.elided(text.printable(step.host), HOST, pen.ellipsis),
        text.elided(name, STEP - len(number), pen.ellipsis) + number,
        text.elided(label, LABEL, pen.ellipsis),
    )


def _styles(steps: Sequence[record.Step]) -> dict[str | None, str]:
    hosts = dict.fromkeys(step.host for step in steps)
    return {
        host: HOST_STYLES[number % len(HOST_STYLES)]
        for number, host in enumerate(hosts)
    }


def _set(value: str, width: int) -> str:
    return cells.set_cell_size(value, width)


def _bar(bar: waterfall.Bar, pen: Pen, width: int) -> str:
    size = bar.last - bar.first + 1
    if bar.step is None:
        drawn = pen.idle * size
    else:
        end = pen.ends.get(bar.step.outcome, pen.body)
        drawn = (pen.begin + pen.body * size)[: size - 1] + end
    return ' ' * bar.first + drawn + ' ' * (width - bar.last - 1)


def _ticks(axis: waterfall.Axis) -> str:
    """Return the times along the axis, as many as fit."""
    line = ''
    for cell, seconds in axis.ticks(TICKS):
        label = '0s' if not seconds else moment.took(seconds)
        at = min(cell, axis.cells - len(label))
        if at >= len(line) + bool(line):
            line = line.ljust(at) + label
    return line
