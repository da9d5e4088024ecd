# SPDX-License-Identifier: Apache-2.0
"""The status of an action, derived from its events (design.md, 7)."""

from collections.abc import Iterable, Mapping
from typing import Any

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


def derive(
    action: Mapping[str, Any],
    events: Iterable[Mapping[str, Any]] | None = None,
) -> str:
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
    return _of_results(
        {event['result'] for event in events},
        set({event['event']: event['result'] for event in events}.values()),
    )


def _of_results(results: set[str | None], last: set[str | None]) -> str:
    """Return the status of an action of which no event is open.

    :param results: of all events
    :param last: of the last event of each name
    """
    if RESULT_ERROR in last:
        return FAILED
    if RESULT_INTERRUPTED in last:
        return INTERRUPTED
    if results & {RESULT_ERROR, RESULT_INTERRUPTED}:
        return SUCCEEDED_AFTER_RETRY
    return SUCCEEDED
