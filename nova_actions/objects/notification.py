# SPDX-License-Identifier: Apache-2.0
"""The payloads of notifications: what they tell of a change.

They are versioned as the other objects, and written as those of Nova's
versioned notifications are. They are not in the registry: no call may carry
one.
"""

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions.objects import base
from nova_actions.objects import fields


class Payload(base.ActionsObject):
    """What both payloads have: what :class:`change.Change` has, by the same
    names."""

    fields = {
        'instance_uuid': ovo_fields.StringField(),
        'display_name': ovo_fields.StringField(nullable=True),
        # Whose the server is.
        'project_id': ovo_fields.StringField(),
        # Who asked for the action.
        'user_id': ovo_fields.StringField(nullable=True),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'action_uuid': ovo_fields.StringField(),
        'action': ovo_fields.StringField(),
        'happened_at': fields.MicroDateTimeField(),
        # When the step or the action began that it is about.
        'start_time': fields.MicroDateTimeField(nullable=True),
        # The result of a step, the status of an action; None as it begins.
        'outcome': ovo_fields.StringField(nullable=True),
        # A code, never the text of an error.
        'reason': ovo_fields.StringField(nullable=True),
    }

    @classmethod
    def of(cls, row: base.Row) -> base.Primitive:
        """Return a row of the feed as a payload in its wire form."""
        found = cls(**{name: row[name] for name in cls.fields})
        found.obj_reset_changes()
        return found.obj_to_primitive()


@ovo.VersionedObjectRegistry.register_if(False)
class InstanceActionPayload(Payload):
    """An action has begun or ended."""

    # Version 1.0: Initial version
    VERSION = '1.0'


@ovo.VersionedObjectRegistry.register_if(False)
class InstanceActionEventPayload(Payload):
    """A step of an action has begun or ended."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'event_uuid': ovo_fields.StringField(),
        'event': ovo_fields.StringField(),
        'host': ovo_fields.StringField(nullable=True),
    }
