# SPDX-License-Identifier: Apache-2.0
"""The handler of /v1/changes: what has happened since."""

import time
from typing import Any

from nova_actions.api import change_views
from nova_actions.api import reach
from nova_actions.api import views
from nova_actions.api.request import Call
from nova_actions.objects.change import ChangeList

#: How many changes an answer has where nobody says how many.
DEFAULT_LIMIT = 200
#: Seconds that a request waits at the most: less than most proxies wait for
#: an answer.
MAX_WAIT = 50
#: Seconds between two looks.
INTERVAL = 0.5
#: Seconds after which to ask again for whom there is no place to wait.
RETRY_AFTER = 5


def index(call: Call) -> dict[str, Any]:
    """Return what has happened on the servers of the caller's project, or of
    other projects when ``all_projects`` or ``project_id`` asks for them; wait
    for it where there is nothing yet.

    :raises PolicyNotAuthorized: when a rule refuses: ``list``, or
        ``list:all_projects`` for other projects
    :raises InvalidInput: for a parameter that cannot be
    :raises ChangesGone: when some of that is not kept any more
    """
    limit = call.limited(DEFAULT_LIMIT)
    found = _since(call, limit)
    wait = min(int(call.query.get('wait', 0)), MAX_WAIT)
    if not found.objects and wait and 'after' in call.query:
        found = _wait(call, limit, found, wait)
    shown = views.bounded(map(change_views.change, found.objects))
    if len(shown) < len(found.objects):
        # Fewer fit into one answer; the cursor is to stand behind those.
        found = _since(call, len(shown))
    return {'changes': shown, 'cursor': found.cursor}


def _wait(
    call: Call, limit: int, found: ChangeList, seconds: int
) -> ChangeList:
    until = time.monotonic() + seconds
    with call.room.seat(call.caller.project_id) as may_wait:
        if not may_wait:
            call.headers['Retry-After'] = str(RETRY_AFTER)
            return found
        while (
            not found.objects
            and time.monotonic() < until
            and (call.room.pause(INTERVAL))
        ):
            found = _since(call, limit)
    return found


def _since(call: Call, limit: int) -> ChangeList:
    return reach.ask(
        call,
        ChangeList.get_by_cursor,
        ChangeList.get_by_cursor_anywhere,
        cursor=call.query.get('after'),
        limit=limit,
    )
