# SPDX-License-Identifier: Apache-2.0
"""An action as a report for a person: what, how it ended, why, where."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich import cells

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import text

#: Characters of the names at the left.
MARGIN = 11
#: The least columns of a screen that are left of the name of a step, and of
#: its host.
NARROWEST = (13, 8)


def render(action: record.Action, width: int, dumps: bool = False) -> str:
    """Return the report.

    :param width: columns of the screen
    :param dumps: with the traceback
    """
    lines = [headline(action, width)]
    for name, value in facts(action):
        lines.extend(_item(name, value, width))
    if action.steps:
        lines.extend(['', *_steps(action.steps, width)])
    if dumps:
        lines.extend(_tracebacks(action.steps or ()))
    return '\n'.join(line.rstrip() for line in lines)


def _tracebacks(steps: Sequence[record.Step]) -> Iterator[str]:
    """Yield the traceback of each step's last attempt."""
    for step in record.last_attempts(steps).values():
        if step.traceback:
            yield ''
            yield f'Traceback of {text.printable(step.event)}:'
            for line in text.lines(step.traceback):
                yield f'  {line}'


def headline(action: record.Action, width: int) -> str:
    """Return how it ended, and at the right, or below, when and by whom."""
    what = text.printable(action.action)
    server = text.printable(action.server_name or action.server)
    left = f'{what} of {server} {_ended(action)}'
    who = action.user_name or action.user
    right = f'{action.start:%Y-%m-%d %H:%M:%S}Z' + (
        f', by {text.printable(who)}' if who else ''
    )
    gap = width - len(left) - len(right)
    if gap >= 2:
        return left + ' ' * gap + right
    return f'{text.wrapped(left, width)}\n  {right}'


def _ended(action: record.Action) -> str:
    took = moment.took(action.duration)
    if action.status is None:
        return 'ended (Nova does not tell how)'
    if action.is_open:
        since = (moment.now() - action.start).total_seconds()
        return f'IS RUNNING for {moment.took(since)}'
    word = {
        record.SUCCEEDED: 'succeeded',
        record.RETRIED: 'succeeded after a retry',
    }.get(action.status, text.printable(action.status).upper())
    return f'{word} in {took}' if action.duration is not None else word


def facts(action: record.Action) -> Iterator[tuple[str, str]]:
    """Yield the items of the report, each with its name."""
    for name, tell in _FACTS.items():
        told = tell(action)
        if told:
            yield name, told


def _why(action: record.Action) -> str | None:
    failure = action.failure
    if not failure and not action.reason:
        return None
    reason = action.reason or (failure.reason if failure else None)
    details = failure.details if failure else None
    parts = [text.printable(part) for part in (reason, details) if part]
    return ': '.join(parts) or 'not known, or not shown to you'


def _where(action: record.Action) -> str | None:
    failure = action.failure
    if not failure:
        return None
    last = max(
        step.attempt
        for step in action.steps or ()
        if step.event == failure.event
    )
    host = f' on {text.printable(failure.host)}' if failure.host else ''
    return (
        f'{text.printable(failure.event)}{host}, '
        f'attempt {failure.attempt} of {last}'
    )


def _usual(action: record.Action) -> str | None:
    if not action.is_open or not action.usual:
        return None
    return (
        f'half of them take {moment.took(action.usual["p50"])}, '
        f'95 % at most {moment.took(action.usual["p95"])}'
    )


def _alike(action: record.Action) -> str | None:
    if not action.alike or not action.alike['count']:
        return None
    where = ', '.join(
        f'{number} on {text.printable(host)}'
        for host, number in action.alike.get('hosts', {}).items()
    )
    count = f'{action.alike["count"]} in 24 hours'
    return f'{count}: {where}' if where else count


def _ids(action: record.Action) -> str:
    ids = [f'action {action.id}'] if action.id else []
    ids += [f'request {action.request}', f'server {action.server}']
    return '\n'.join(map(text.printable, ids))


def _project(action: record.Action) -> str | None:
    return text.printable(action.project) if action.project else None


def _next(action: record.Action) -> str | None:
    if not action.steps:
        return None
    name = action.short_id
    if not action.id:
        name = f'--server {action.server} {name}'
    return text.printable(f'openstack action log timeline {name}')


_FACTS: Mapping[str, Callable[[record.Action], str | None]] = {
    'why': _why,
    'where': _where,
    'usual': _usual,
    'alike': _alike,
    'ids': _ids,
    'project': _project,
    'next': _next,
}


def _item(name: str, value: str, width: int) -> Iterator[str]:
    lead = f'  {name}'.ljust(MARGIN)
    for paragraph in value.splitlines():
        for line in text.wrapped(paragraph, width - MARGIN).splitlines():
            yield lead + line
            lead = ' ' * MARGIN


def _steps(steps: Sequence[record.Step], width: int) -> Iterator[str]:
    """Yield a line for each step: when, what, where, how long, outcome.

    Names of steps, and then of hosts, are cut where they do not fit.
    """
    rows = [
        [
            f'{step.start:%H:%M:%S}',
            name(step),
            text.printable(step.host),
            moment.took(step.duration),
            step.outcome
            if step.outcome in record.GOOD
            else step.outcome.upper(),
        ]
        for step in steps
    ]
    widths = [
        max(map(cells.cell_len, column)) for column in zip(*rows, strict=True)
    ]
    for number, narrowest in enumerate(NARROWEST, 1):
        left = width - sum(widths) - 2 * len(widths)
        widths[number] = min(
            widths[number], max(narrowest, widths[number] + left)
        )
    for row in rows:
        yield ''.join(
            f'  {cells.set_cell_size(text.elided(cell, size), size)}'
            for cell, size in zip(row, widths, strict=True)
        )


def name(step: record.Step) -> str:
    """Return the name of a step; a later attempt has its number."""
    called = text.printable(step.event)
    return called if step.attempt == 1 else f'{called} #{step.attempt}'
