# SPDX-License-Identifier: Apache-2.0
"""What is read from and written to our own database.

Each function is one transaction; rows come back as dictionaries with naive
UTC times.
"""

from nova_actions.db.engine import begun
from nova_actions.db.engine import dispose
from nova_actions.db.engine import engine
from nova_actions.db.engine import errors_translated
from nova_actions.db.engine import setup
from nova_actions.db.instance import action_get_instance
from nova_actions.db.instance import instance_get
from nova_actions.db.instance import instance_list
from nova_actions.db.instance_action import action_create
from nova_actions.db.instance_action import action_finish
from nova_actions.db.instance_action import action_get
from nova_actions.db.instance_action import action_list
from nova_actions.db.instance_action import action_named
from nova_actions.db.instance_action_event import event_get
from nova_actions.db.instance_action_event import event_list
from nova_actions.db.instance_action_event import event_list_with_owner
from nova_actions.db.transition import event_finish
from nova_actions.db.transition import event_start

__all__ = [
    'action_create',
    'action_finish',
    'action_get',
    'action_get_instance',
    'action_list',
    'action_named',
    'begun',
    'dispose',
    'engine',
    'errors_translated',
    'event_finish',
    'event_get',
    'event_list',
    'event_list_with_owner',
    'event_start',
    'instance_get',
    'instance_list',
    'setup',
]
