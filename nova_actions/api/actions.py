# SPDX-License-Identifier: Apache-2.0
"""The handlers of /v1/actions: actions across servers."""

from typing import Any

from nova_actions.api import reach
from nova_actions.api import request
from nova_actions.api import search_views
from nova_actions.api import views
from nova_actions.api.request import Call
from nova_actions.objects import criteria
from nova_actions.objects.action_detail import ActionDetail
from nova_actions.objects.action_summary import ActionSummaryList

#: How many items a page has where nobody says how many.
DEFAULT_LIMIT = 50
#: The same of the steps of an action.
STEPS_LIMIT = 200


def index(call: Call) -> dict[str, Any]:
    """Return actions on the servers of the caller's project, or of other
    projects when ``all_projects`` or ``project_id`` asks for them.

    :raises PolicyNotAuthorized: when a rule refuses: ``list``, or
        ``list:all_projects`` for other projects, or ``events`` for a host
    :raises InvalidInput: for a parameter that cannot be
    """
    limit = call.limited(DEFAULT_LIMIT)
    found = _search(call, limit)
    shown = views.bounded(map(search_views.summary, found.objects))
    if len(shown) < len(found.objects):
        # Fewer fit into one answer; the next page begins behind those.
        found = _search(call, len(shown))
    links = []
    if found.cursor is not None:
        links.append(
            {
                'rel': 'next',
                'href': call.links.collection(
                    'actions', {**call.query, 'cursor': found.cursor}
                ),
            }
        )
    return {
        'actions': shown,
        'links': links,
        'completeness': search_views.completeness(found),
    }


def show(call: Call, action: str) -> dict[str, Any]:
    """Return one action with a page of its steps.

    :raises ActionNotFound: for an unknown or a foreign one
    :raises ActionAmbiguous: when it may be several
    :raises PolicyNotAuthorized: when the rule ``show`` refuses
    :raises MarkerNotFound: when it has no such step
    """
    uuid = ActionDetail.lookup(call.caller, action)
    marker = call.query.get('marker')
    found = ActionDetail.get_by_uuid(
        call.caller,
        uuid,
        call.limited(STEPS_LIMIT),
        None if marker is None else request.identifier(marker),
    )
    view = search_views.detail(found)
    events = views.bounded(view['events'])
    is_last = not found.has_more_events and len(events) == len(found.events)
    links = (
        []
        if is_last
        else [
            {
                'rel': 'next',
                'href': call.links.collection(
                    f'actions/{uuid}',
                    {**call.query, 'marker': events[-1]['uuid']},
                ),
            }
        ]
    )
    return {'action': {**view, 'events': events}, 'links': links}


def _search(call: Call, limit: int) -> ActionSummaryList:
    terms = {
        name: value
        for name, value in call.query.items()
        if name in criteria.WORDS
    }
    return reach.ask(
        call,
        ActionSummaryList.get_by_terms,
        ActionSummaryList.get_by_terms_anywhere,
        terms=terms,
        limit=limit,
        cursor=call.query.get('cursor'),
    )
