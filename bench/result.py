# SPDX-License-Identifier: Apache-2.0
"""What was measured, as a table, as JSON and as a plot."""

import dataclasses
import json
import os
import pathlib
import platform
import statistics
from collections.abc import Sequence
from typing import Any


@dataclasses.dataclass
class Result:
    """What one side did in one workload.

    :param rates: operations a second, of each run
    :param cpu: CPU milliseconds an operation, of each run, in the process
        that did it or asked for it
    :param counts: statements, transactions and round trips an operation
    """

    database: str
    rows: int
    workload: str
    side: str
    rates: list[float] = dataclasses.field(default_factory=list)
    cpu: list[float] = dataclasses.field(default_factory=list)
    counts: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """Half of what lies between the slowest and the fastest run, beside
        the median."""
        return (max(self.rates) - min(self.rates)) / 2 / self.rate


#: The key of a workload, and its results by side.
Compared = tuple[tuple[str, int, str], dict[str, Result]]


def compared(results: Sequence[Result]) -> list[Compared]:
    """Put the sides of each workload beside each other."""
    found: dict[tuple[str, int, str], dict[str, Result]] = {}
    for each in results:
        found.setdefault((each.database, each.rows, each.workload), {})[
            each.side
        ] = each
    return list(found.items())


def ratio(sides: dict[str, Result], other: str) -> float | None:
    """Return our rate divided by another side's, None without both."""
    if not {'ours', other} <= sides.keys():
        return None
    return sides['ours'].rate / sides[other].rate


def table(results: Sequence[Result]) -> str:
    """Return operations a second, with their spread, and ratios."""
    lines = []
    heading = None
    for (database, rows, workload), sides in compared(results):
        if heading != (database, rows):
            heading = database, rows
            lines += [
                '',
                f'{database}, {rows:,} actions',
                (
                    f'{"operations a second":28}{"Nova":>13}{"bare":>13}'
                    f'{"ours":>13}{"/Nova":>7}{"/bare":>7}'
                ),
            ]
        cells = ''.join(
            _cell(sides.get(side)) for side in ('nova', 'bare', 'ours')
        )
        ratios = ''.join(
            '' if value is None else f'{value:7.2f}'
            for value in (ratio(sides, 'nova'), ratio(sides, 'bare'))
        )
        lines.append(f'{workload:28}{cells}{ratios}')
    lines += [
        '',
        f'{"an operation costs":28}{"side":>8}{"CPU ms":>9}'
        f'{"statements":>12}{"commits":>9}{"rollbacks":>11}'
        f'{"round trips":>13}',
    ]
    lines += [
        f'{each.database + ": " + each.workload:28}{each.side:>8}'
        f'{statistics.median(each.cpu):9.2f}'
        f'{each.counts.get("statements", 0):12.1f}'
        f'{each.counts.get("commits", 0):9.1f}'
        f'{each.counts.get("rollbacks", 0):11.1f}'
        f'{_number(each.counts.get("round trips")):>13}'
        for each in results
        if each.counts
    ]
    return '\n'.join(lines[1:])


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.1f}'


def _cell(result: Result | None) -> str:
    if result is None:
        return f'{"-":>13}'
    digits = 1 if result.rate < 100 else 0
    return f'{result.rate:8.{digits}f} ±{result.spread:3.0%}'


def save(results: Sequence[Result], path: pathlib.Path) -> None:
    """Write everything as JSON, with the machine that it was measured on."""
    machine = {
        'python': platform.python_version(),
        'system': platform.platform(terse=True),
        'processors': len(os.sched_getaffinity(0)),
    }
    path.write_text(
        json.dumps(
            {
                'machine': machine,
                'results': [dataclasses.asdict(each) for each in results],
            },
            indent=1,
        )
        + '\n'
    )


def load(path: pathlib.Path) -> list[Result]:
    """Read what :func:`save` wrote."""
    document: dict[str, Any] = json.loads(path.read_text())
    return [Result(**each) for each in document['results']]


def plot(results: Sequence[Result], path: pathlib.Path) -> None:
    """Draw our rates beside Nova's as a picture; its format is the name's
    ending."""
    # Imported here: only who wants a picture needs it.
    import matplotlib

    matplotlib.use('agg')
    from matplotlib import pyplot

    groups: dict[tuple[str, int], dict[str, float]] = {}
    for (database, rows, workload), sides in compared(results):
        value = ratio(sides, 'nova')
        if value is not None:
            groups.setdefault((database, rows), {})[workload] = value
    if not groups:
        return
    names = list(
        dict.fromkeys(name for values in groups.values() for name in values)
    )
    height = 0.8 / len(groups)
    figure, axes = pyplot.subplots(figsize=(8, 0.5 * len(names) + 1.5))
    for number, ((database, rows), values) in enumerate(groups.items()):
        axes.barh(
            [names.index(name) + number * height for name in values],
            list(values.values()),
            height,
            label=f'{database}, {rows:,} actions',
        )
    axes.set_yticks(
        [place + 0.4 - height / 2 for place in range(len(names))], names
    )
    axes.invert_yaxis()
    axes.set_xscale('log', base=2)
    axes.xaxis.set_major_formatter('{x:g}')
    axes.axvline(1, color='black', linewidth=1)
    axes.set_xlabel('times the rate of Nova 34')
    axes.legend(loc='lower center', bbox_to_anchor=(0.5, 1))
    figure.tight_layout()
    figure.savefig(path)
