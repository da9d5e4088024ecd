# SPDX-License-Identifier: Apache-2.0
"""The handler of /v1/stats: how often, how it ended, how long it took."""

from typing import Any

from nova_actions.api import reach
from nova_actions.api import search_views
from nova_actions.api import stat_views
from nova_actions.api.request import Call
from nova_actions.objects import gate
from nova_actions.objects import stat_criteria
from nova_actions.objects.stat import StatList


def index(call: Call) -> dict[str, Any]:
    """Return how many actions, or steps, on the servers of the caller's
    project were alike, or of other projects when ``all_projects`` or
    ``project_id`` asks for them.

    :raises PolicyNotAuthorized: when a rule refuses: ``list``, or
        ``list:all_projects`` for other projects, or ``events`` for a host
    :raises InvalidInput: for a parameter that cannot be
    :raises StatTooLarge: when it would read too much
    """
    found = _count(call)
    return {
        'stats': [stat_views.stat(group, found.by) for group in found.objects],
        'counted': stat_views.counted(found),
        'more': found.has_more,
        'window': search_views.window(found),
        'complete': found.is_complete,
        'source': found.source,
        'completeness': search_views.completeness(found),
    }


def _count(call: Call) -> StatList:
    terms = {
        name: value
        for name, value in call.query.items()
        if name in stat_criteria.WORDS
    }
    return reach.ask(
        call,
        StatList.get_by_terms,
        StatList.get_by_terms_anywhere,
        terms=terms,
        limit=call.limited(gate.LIST_LIMIT),
    )
