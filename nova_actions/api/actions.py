# SPDX-License-Identifier: Apache-2.0
"""The handlers of /v1/actions: actions across servers."""

from typing import Any

from nova_actions.api import search_views
from nova_actions.api import views
from nova_actions.api.request import Call
from nova_actions.objects import criteria
from nova_actions.objects.action_summary import ActionSummaryList

#: How many items a page has where nobody says how many.
DEFAULT_LIMIT = 50


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
        links.append({'rel': 'next', 'href': call.links.collection(
            'actions', {**call.query, 'cursor': found.cursor})})
    return {'actions': shown, 'links': links,
            'completeness': search_views.completeness(found)}


def _search(call: Call, limit: int) -> ActionSummaryList:
    terms = {name: value for name, value in call.query.items()
             if name in criteria.WORDS}
    cursor = call.query.get('cursor')
    project_id = call.query.get('project_id')
    if project_id is not None or _all_projects(call):
        return ActionSummaryList.get_by_terms_anywhere(
            call.caller, terms, project_id, limit, cursor)
    return ActionSummaryList.get_by_terms(
        call.caller, call.caller.project_id, terms, limit, cursor)


def _all_projects(call: Call) -> bool:
    # A bare "all_projects" is a yes.
    return call.query.get('all_projects', 'false') not in ('false', '0')
