# SPDX-License-Identifier: Apache-2.0
"""Whose servers a question across servers is about."""

from collections.abc import Callable
from typing import Any, TypeVar

from nova_actions.api.request import Call

Answer = TypeVar('Answer')


def ask(
    call: Call,
    own: Callable[..., Answer],
    anywhere: Callable[..., Answer],
    **asked: Any,
) -> Answer:
    """Ask about the servers of the caller's project, or of other projects
    where ``all_projects`` or ``project_id`` says so.

    :param own: what answers for one project, under the rule ``list``
    :param anywhere: what answers for any, under ``list:all_projects``
    :param asked: what is asked
    """
    project_id = call.query.get('project_id')
    if project_id is not None or _all_projects(call):
        return anywhere(call.caller, project_id=project_id, **asked)
    return own(call.caller, project_id=call.caller.project_id, **asked)


def _all_projects(call: Call) -> bool:
    # A bare "all_projects" is a yes.
    return call.query.get('all_projects', 'false') not in ('false', '0')
