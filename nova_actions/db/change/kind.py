# SPDX-License-Identifier: Apache-2.0
"""The kinds of changes: transitions of an action or a step."""

import datetime
from collections.abc import Mapping
from typing import Any

from nova_actions import vocabulary
from nova_actions.db import status

Row = dict[str, Any]

ACTION_BEGUN = 'action_begun'
STEP_BEGUN = 'step_begun'
STEP_ENDED = 'step_ended'
ACTION_ENDED = 'action_ended'
#: A step, or an action as a whole, that was closed because no end was
#: reported.
CLOSED = 'closed'
KINDS = (ACTION_BEGUN, STEP_BEGUN, STEP_ENDED, ACTION_ENDED, CLOSED)


def begun(
    action: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    now: datetime.datetime,
) -> Row:
    """Return the change for the start of an action or one of its steps.

    :param event: the step
    :param now: naive UTC, used if no start time is known
    """
    at = (event or action)['start_time']
    return _row(
        STEP_BEGUN if event else ACTION_BEGUN, action, event, at or now, None
    )


def ended(
    action: Mapping[str, Any], event: Mapping[str, Any] | None = None
) -> Row:
    """Return the change for the end of an action or one of its steps.

    :param event: the step
    """
    if event is None:
        kind, outcome = ACTION_ENDED, action['status']
        is_closed = outcome == status.INTERRUPTED
    else:
        kind, outcome = STEP_ENDED, event['result']
        is_closed = outcome == vocabulary.RESULT_INTERRUPTED
    return _row(
        CLOSED if is_closed else kind,
        action,
        event,
        (event or action)['finish_time'],
        outcome,
    )


def of_new(action: Mapping[str, Any]) -> list[Row]:
    """Return the changes for a new action: its start, and its end if it has
    one."""
    found = [begun(action, None, action['created_at'])]
    if action['status'] != status.RUNNING and action['finish_time']:
        found.append(ended(action))
    return found


def _row(
    kind: str,
    action: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    at: datetime.datetime,
    outcome: str | None,
) -> Row:
    return {
        'kind': kind,
        'action_uuid': action['uuid'],
        'event_uuid': event['uuid'] if event else None,
        'happened_at': at,
        'outcome': outcome,
        'reason': event.get('reason') if event and outcome else None,
    }
