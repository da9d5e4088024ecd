# SPDX-License-Identifier: Apache-2.0
"""Actions and steps that tests look at."""

import datetime
import io

from rich import console

from nova_actions_client import change as changes
from nova_actions_client import record

BEGIN = datetime.datetime(2026, 11, 26, 21, 4, 9, tzinfo=datetime.UTC)
HOSTILE = '\x1b[2J[bold]<script>alert(1)</script>\r\n=cmd()'


def at(seconds):
    return BEGIN + datetime.timedelta(seconds=seconds)


def step(event, start, end=None, result=record.SUCCESS, **values):
    return record.Step(
        event=event,
        start=at(start),
        finish=None if end is None else at(end),
        result=None if end is None else result,
        **values,
    )


def action(*steps, **values):
    return record.Action(
        **{
            'action': 'resize',
            'request': 'req-1',
            'start': BEGIN,
            'server': '7e110000-0000-4000-8000-000000000000',
            'id': '9f3c21ab-0000-4000-8000-000000000000',
            'status': record.FAILED,
            'steps': record.numbered(steps),
            **values,
        }
    )


def retried(**values):
    """Return the steps of a migration that three hosts refused."""
    return record.numbered(
        [
            step('migrate', 0, 131, record.ERROR, host='conductor'),
            step(
                'compute_pre',
                4,
                25,
                record.ERROR,
                host='cmp-07',
                reason='timeout',
                **values,
            ),
            step('compute_pre', 54, 79, record.ERROR, host='cmp-09'),
            step(
                'compute_pre',
                87,
                131,
                record.ERROR,
                host='cmp-12',
                reason='NoValidHost',
            ),
        ]
    )


def change(**values):
    return changes.Change(
        **{
            'at': BEGIN,
            'id': '9f3c21ab-0000-4000-8000-000000000000',
            'action': 'resize',
            'status': record.RUNNING,
            'server': '7e110000-0000-4000-8000-000000000000',
            **values,
        }
    )


def screen(**values):
    """Return a screen in memory."""
    return console.Console(
        file=io.StringIO(),
        width=80,
        markup=False,
        emoji=False,
        highlight=False,
        **values,
    )
