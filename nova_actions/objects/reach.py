# SPDX-License-Identifier: Apache-2.0
"""What the answers across servers have in common: whose servers they are
about, how much they hold, and whether they show hosts."""

from nova_actions import exception
from nova_actions import policies
from nova_actions.context import RequestContext
from nova_actions.objects import gate


def own_project(project_id: str | None) -> str:
    """Return the project of a caller who asks about his own.

    :raises InvalidInput: he has none
    """
    if project_id is None:
        raise exception.InvalidInput(
            argument='project_id',
            reason='the caller has none; all_projects asks about all',
        )
    return project_id


def limited(limit: int | None) -> int:
    """Return how many items an answer has at the most.

    :param limit: as it was asked for, None for as many as there may be
    :raises InvalidInput: it is 0
    """
    if limit == 0:
        raise exception.InvalidInput(
            argument='limit',
            reason=f'it is not an integer from 1 to {gate.LIST_LIMIT}',
        )
    return limit or gate.LIST_LIMIT


def shows_hosts(
    context: RequestContext, project_id: str | None, is_asked: bool = False
) -> bool:
    """Tell whether the caller may see the hosts of a project's servers, or
    of all for None.

    :param is_asked: whether he asks for hosts
    :raises PolicyNotAuthorized: he asks for them and may not
    """
    owner = project_id and {'project_id': project_id, 'user_id': None}
    allowed: bool = context.can(
        policies.EVENTS, gate.target_of(owner or None), fatal=is_asked
    )
    return allowed
