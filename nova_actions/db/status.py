# SPDX-License-Identifier: Apache-2.0
"""The status of an action, derived from its events (design.md, 7).

Written as SQL, so that one UPDATE under the parent row's lock settles it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions.db.models import ACTIONS
from nova_actions.db.models import InstanceActionEvent
from nova_actions.vocabulary import RESULT_ERROR
from nova_actions.vocabulary import RESULT_INTERRUPTED

RUNNING = 'running'
SUCCEEDED = 'succeeded'
SUCCEEDED_AFTER_RETRY = 'succeeded_after_retry'
FAILED = 'failed'
INTERRUPTED = 'interrupted'
STATUSES = (RUNNING, SUCCEEDED, SUCCEEDED_AFTER_RETRY, FAILED, INTERRUPTED)

#: What ``message`` of an action says when it went wrong; Nova's clients read
#: it.
MESSAGE_ERROR = 'Error'

#: While an action is one of these, work may still be added to it by a caller
#: who does not know its request.
OPEN = (RUNNING, INTERRUPTED)


def settled(action_id: int) -> dict[str, sa.ColumnElement[Any]]:
    """Return the values of ``status``, ``message``, ``finish_time`` and
    ``evidence`` that follow from the events of an action."""
    event = orm.aliased(InstanceActionEvent)
    later = orm.aliased(InstanceActionEvent)

    def some(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(event.action_id == action_id, *conditions)

    def last_is(result: str) -> sa.ColumnElement[bool]:
        retried = sa.exists().where(
            later.action_id == action_id, later.event == event.event,
            later.id > event.id)
        return some(event.result == result, ~retried)

    is_open = some(event.finish_time.is_(None))
    failed, interrupted = last_is(RESULT_ERROR), last_is(RESULT_INTERRUPTED)
    last = sa.select(sa.func.max(event.finish_time)).where(
        event.action_id == action_id).scalar_subquery()
    # The steps' hosts have other clocks than who began the action.
    start = ACTIONS.c.start_time
    end = sa.case((last < start, start), else_=last)
    return {
        'status': sa.case(
            (is_open, RUNNING), (failed, FAILED), (interrupted, INTERRUPTED),
            (some(event.result.in_((RESULT_ERROR, RESULT_INTERRUPTED))),
             SUCCEEDED_AFTER_RETRY),
            else_=SUCCEEDED),
        'message': sa.case((is_open, sa.null()),
                           (sa.or_(failed, interrupted), MESSAGE_ERROR),
                           else_=sa.null()),
        'finish_time': sa.case((is_open, sa.null()), else_=end),
        # It is about an action without steps.
        'evidence': sa.null(),
    }


def derive(action: Mapping[str, Any],
           events: Iterable[Mapping[str, Any]] | None = None) -> str:
    """Return the status of a row that has none: one of a cell's, or one that
    is stored as it is given.

    :param events: the action's events in order of their ids, where known
    """
    if events is None or not (events := list(events)):
        if action.get('message') == MESSAGE_ERROR:
            return FAILED
        return SUCCEEDED if action.get('finish_time') else RUNNING
    if any(event['finish_time'] is None for event in events):
        return RUNNING
    last = {event['event']: event['result'] for event in events}
    if RESULT_ERROR in last.values():
        return FAILED
    if RESULT_INTERRUPTED in last.values():
        return INTERRUPTED
    if any(event['result'] in (RESULT_ERROR, RESULT_INTERRUPTED)
           for event in events):
        return SUCCEEDED_AFTER_RETRY
    return SUCCEEDED
