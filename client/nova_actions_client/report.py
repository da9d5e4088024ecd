# SPDX-License-Identifier: Apache-2.0
"""An action as a text for a person: what, how it ended, why, where."""

from collections.abc import Iterator, Sequence

from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import text

#: How many characters the names at the left have.
MARGIN = 11


def render(action: record.Action, width: int, dumps: bool = False) -> str:
    """Return the report.

    :param width: columns of the screen
    :param dumps: with the traceback
    """
    lines = [headline(action, width)]
    for name, value in facts(action):
        lines.extend(_item(name, value, width))
    steps = record.last_attempts(action.steps or ()).values()
    if action.steps:
        lines.append('')
        lines.extend(_steps(action.steps))
    for step in steps if dumps else ():
        if step.traceback:
            lines.extend(['', f'Traceback of {text.printable(step.event)}:'])
            lines.extend(f'  {line}' for line in text.lines(step.traceback))
    return '\n'.join(line.rstrip() for line in lines)


def headline(action: record.Action, width: int) -> str:
    """Return how it ended, in one line; when and by whom on its right, or
    below."""
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
        return 'ended in a way that is not known here'
    if action.is_open:
        since = (moment.now() - action.start).total_seconds()
        return f'IS RUNNING for {moment.took(since)}'
    word = {
        record.SUCCEEDED: 'succeeded',
        record.RETRIED: 'succeeded after a retry',
    }.get(action.status, text.printable(action.status).upper())
    return f'{word} in {took}' if action.duration is not None else word


def facts(action: record.Action) -> Iterator[tuple[str, str]]:
    """Yield what there is to say, each with its name."""
    failure = action.failure
    if failure or action.reason:
        yield 'why', _why(action)
    if failure:
        yield 'where', _where(action, failure)
    if action.is_open and action.usual:
        yield (
            'usual',
            (
                f'half of them take {_usual(action, "p50")}, '
                f'95 % at most {_usual(action, "p95")}'
            ),
        )
    if action.alike and action.alike.get('count'):
        yield 'alike', _alike(action.alike)
    ids = [f'action {action.id}'] if action.id else []
    ids += [f'request {action.request}', f'server {action.server}']
    yield 'ids', '\n'.join(map(text.printable, ids))
    if action.project:
        yield 'project', text.printable(action.project)
    if action.steps:
        yield (
            'next',
            'openstack action log timeline '
            + (
                action.short_id
                if action.id
                else f'--server {action.server} {action.request}'
            ),
        )


def _why(action: record.Action) -> str:
    failure = action.failure
    reason = action.reason or (failure.reason if failure else None)
    details = failure.details if failure else None
    parts = [text.printable(part) for part in (reason, details) if part]
    return ': '.join(parts) or 'it is not said, or not to you'


def _where(action: record.Action, failure: record.Step) -> str:
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


def _usual(action: record.Action, name: str) -> str:
    return moment.took((action.usual or {}).get(name))


def _alike(alike: dict[str, object]) -> str:
    hosts = alike.get('hosts')
    where = (
        ', '.join(
            f'{number} on {text.printable(host)}'
            for host, number in hosts.items()
        )
        if isinstance(hosts, dict)
        else ''
    )
    return f'{alike["count"]} in 24 hours' + (f': {where}' if where else '')


def _item(name: str, value: str, width: int) -> Iterator[str]:
    lead = f'  {name}'.ljust(MARGIN)
    for paragraph in value.splitlines():
        for line in text.wrapped(paragraph, width - MARGIN).splitlines():
            yield lead + line
            lead = ' ' * MARGIN


def _steps(steps: Sequence[record.Step]) -> Iterator[str]:
    """Yield a line for each step: when, what, where, how it ended."""
    rows = [
        (
            f'{step.start:%H:%M:%S}',
            name(step),
            text.printable(step.host),
            moment.took(step.duration),
            step.outcome
            if step.outcome in record.GOOD
            else step.outcome.upper(),
        )
        for step in steps
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield '  ' + '  '.join(
            cell.ljust(size) for cell, size in zip(row, widths, strict=True)
        )


def name(step: record.Step) -> str:
    """Return what a step is called: a later attempt has its number."""
    called = text.printable(step.event)
    return called if step.attempt == 1 else f'{called} #{step.attempt}'
