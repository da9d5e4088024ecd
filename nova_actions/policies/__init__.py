# SPDX-License-Identifier: Apache-2.0
"""Rules of access: names, defaults and one list of all of them."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_actions.policies import base
from nova_actions.policies import instance_actions
from nova_actions.policies.instance_actions import ACTION_FINISH
from nova_actions.policies.instance_actions import ACTION_START
from nova_actions.policies.instance_actions import EVENT_FINISH
from nova_actions.policies.instance_actions import EVENT_START
from nova_actions.policies.instance_actions import EVENTS
from nova_actions.policies.instance_actions import EVENTS_DETAILS
from nova_actions.policies.instance_actions import LIST
from nova_actions.policies.instance_actions import LIST_ALL_PROJECTS
from nova_actions.policies.instance_actions import SHOW

__all__ = [
    'ACTION_FINISH',
    'ACTION_START',
    'ASKED',
    'EVENTS',
    'EVENTS_DETAILS',
    'EVENT_FINISH',
    'EVENT_START',
    'LIST',
    'LIST_ALL_PROJECTS',
    'SHOW',
    'list_rules',
]

#: The rules that are asked; the others are what they refer to.
ASKED = frozenset(
    {
        ACTION_FINISH,
        ACTION_START,
        EVENTS,
        EVENTS_DETAILS,
        EVENT_FINISH,
        EVENT_START,
        LIST,
        LIST_ALL_PROJECTS,
        SHOW,
    }
)


def list_rules() -> Sequence[policy.RuleDefault]:
    """Return every rule with its default, for the enforcer and oslo.policy's
    generators.

    They are made when they are asked for: oslo.policy imports an HTTP client
    to read the first one.
    """
    return [*base.rules(), *instance_actions.rules()]
