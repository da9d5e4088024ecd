# SPDX-License-Identifier: Apache-2.0
"""The payloads of notifications of changes.

They are versioned like the other objects, in the form of Nova's versioned
notifications. They are not registered, so that no RPC call can contain one.
"""

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions.objects import base
from nova_actions.objects import fields


class Payload(base.ActionsObject):
    """The common fields of the payloads: those of :class:`change.Change`."""

    fields = {
        'instance_uuid': ovo_fields.StringField(),
        'display_name': ovo_fields.StringField(nullable=True),
        # The owner of the server.
        'project_id': ovo_fields.StringField(),
        # The user who requested the action.
        'user_id': ovo_fields.StringField(nullable=True),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'action_uuid': ovo_fields.StringField(),
        'action': ovo_fields.StringField(),
        'happened_at': fields.MicroDateTimeField(),
        # The start of the event or the action.
        'start_time': fields.MicroDateTimeField(nullable=True),
        # The result of an event, or the status of an action; None at the
        # start.
        'outcome': ovo_fields.StringField(nullable=True),
        # A code, never the text of an error.
        'reason': ovo_fields.StringField(nullable=True),
    }

    @classmethod
    def of(cls, row: base.Row) -> base.Primitive:
        """Return a row of the feed of changes as a payload, in wire form."""
        found = cls(**{name: row[name] for name in cls.fields})
        found.obj_reset_changes()
        return found.obj_to_primitive()


@ovo.VersionedObjectRegistry.register_if(False)
class InstanceActionPayload(Payload):
    """An action has started or ended."""

    # Version 1.0: Initial version
    VERSION = '1.0'


@ovo.VersionedObjectRegistry.register_if(False)
class InstanceActionEventPayload(Payload):
    """An event of an action has started or ended."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'event_uuid': ovo_fields.StringField(),
        'event': ovo_fields.StringField(),
        'host': ovo_fields.StringField(nullable=True),
    }
