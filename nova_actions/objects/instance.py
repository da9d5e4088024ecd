# SPDX-License-Identifier: Apache-2.0
"""InstanceRecord: a server and its owner."""

from collections.abc import Mapping
from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import policies
from nova_actions.db import owner
from nova_actions.db import record
from nova_actions.objects import base
from nova_actions.objects import gate


def _may_see(context: Any, instance: Mapping[str, Any]) -> bool:
    return (instance['project_id'] == context.project_id
            or bool(context.is_admin))


@ovo.VersionedObjectRegistry.register
class InstanceRecord(base.ActionsObject):
    """What is known of a server.

    Not named Instance: on Nova's wire that name means another thing.
    """

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'uuid': ovo_fields.UUIDField(),
        'project_id': ovo_fields.StringField(),
        'user_id': ovo_fields.StringField(nullable=True),
        'display_name': ovo_fields.StringField(nullable=True),
        'deleted': ovo_fields.BooleanField(default=False),
    }

    @classmethod
    def _from_db_object(cls, context: Any,
                        instance: Mapping[str, Any]) -> 'InstanceRecord':
        record = cls(context, deleted=bool(instance['deleted']), **{
            name: instance[name] for name in cls.fields
            if name != 'deleted'})
        record.obj_reset_changes()
        return record

    @classmethod
    def lookup(cls, context: Any, uuid: str,
               read_deleted: str = 'no') -> 'InstanceRecord':
        """Find a server as Nova's REST API does before it asks a rule:
        within the caller's project; only who is an administrator by the
        rule ``context_is_admin`` (by default role admin, in any case) looks
        beyond it.

        It runs where the database is, and is not offered over RPC.

        :param read_deleted: ``yes`` finds deleted servers too
        :raises InstanceNotFound: unknown, foreign or deleted
        :raises Unavailable: a database that may know it does not answer
        """
        found = None
        if len(uuid) <= 36 and '\0' not in uuid:
            found = owner.find(context, uuid, fresh=read_deleted != 'yes')
        if (found is None or not _may_see(context, found)
                or (found['deleted'] and read_deleted != 'yes')):
            raise exception.InstanceNotFound(instance_id=uuid)
        return cls._from_db_object(context, found)

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, gate.by_instance)
    def get_by_uuid(cls, context: Any,
                    instance_uuid: str) -> 'InstanceRecord':
        """Return the server of that uuid.

        :raises InstanceNotFound: when nobody knows it
        """
        found = owner.find(context, instance_uuid, fresh=True)
        if found is None:
            raise exception.InstanceNotFound(instance_id=instance_uuid)
        return cls._from_db_object(context, found)


@ovo.VersionedObjectRegistry.register
class InstanceRecordList(ovo.ObjectListBase[InstanceRecord],
                         base.ActionsObject):
    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(
            base.prefixed('InstanceRecord')),
    }

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST, gate.by_project)
    def get_by_name(cls, context: Any, name: str,
                    project_id: str | None = None) -> 'InstanceRecordList':
        """Return the undeleted servers of that name.

        :param project_id: of that owner only; None means everybody's
        """
        found = record.instance_list(context, name, project_id)
        records = cls(context, objects=[
            InstanceRecord._from_db_object(context, instance)
            for instance in found])
        records.obj_reset_changes()
        return records
