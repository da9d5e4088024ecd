# SPDX-License-Identifier: Apache-2.0
"""InstanceRecord: a server and its owner."""

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import policies
from nova_actions import validation
from nova_actions.cells import merged_view
from nova_actions.cells import owner
from nova_actions.context import RequestContext
from nova_actions.objects import base
from nova_actions.objects import fields
from nova_actions.objects import gate

#: the maximum number of servers in one call
LIMIT = gate.LIST_LIMIT


def _may_see(context: RequestContext, instance: base.Row) -> bool:
    return instance['project_id'] == context.project_id or (
        # A caller whose token cannot pass any rule must not learn from the
        # refusal that the server exists.
        bool(context.is_admin) and context.in_scope(policies.SHOW)
    )


@ovo.VersionedObjectRegistry.register
class InstanceRecord(base.ActionsObject):
    """What is known of a server.

    Not named Instance, which is another object on Nova's wire.
    """

    # Version 1.0: Initial version
    # Version 1.1: Added created_at and updated_at
    VERSION = '1.1'
    ADDED = dict.fromkeys(('created_at', 'updated_at'), '1.1')

    fields = {
        'uuid': ovo_fields.UUIDField(),
        'project_id': ovo_fields.StringField(),
        'user_id': ovo_fields.StringField(nullable=True),
        'display_name': ovo_fields.StringField(nullable=True),
        'created_at': fields.MicroDateTimeField(nullable=True),
        'updated_at': fields.MicroDateTimeField(nullable=True),
        'deleted': ovo_fields.BooleanField(default=False),
    }

    @classmethod
    def _from_db_object(
        cls, context: RequestContext, instance: base.Row
    ) -> 'InstanceRecord':
        record = cls()
        record._take(context, instance)
        return record

    @classmethod
    def lookup(
        cls, context: RequestContext, uuid: str, read_deleted: str = 'no'
    ) -> 'InstanceRecord':
        """Find a server as Nova's REST API does before it checks a rule:
        within the caller's project. Only an administrator by the rule
        ``context_is_admin`` finds servers of other projects, with a token of
        project scope.

        It runs where the database is, and is not available over RPC.

        :param read_deleted: ``yes`` finds deleted servers too
        :raises InstanceNotFound: unknown, foreign or deleted
        :raises Unavailable: when a database that may know it does not answer
        """
        try:
            found = owner.find(
                context,
                validation.uuid('uuid', uuid),
                fresh=read_deleted != 'yes',
            )
        except exception.InvalidInput:
            found = None
        if (
            found is None
            or not _may_see(context, found)
            or (found['deleted'] and read_deleted != 'yes')
        ):
            raise exception.InstanceNotFound(instance_id=uuid)
        return cls._from_db_object(context, found)

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, gate.by_instance)
    def get_by_uuid(
        cls, context: RequestContext, instance_uuid: str
    ) -> 'InstanceRecord':
        """Return the server of that uuid.

        :raises InstanceNotFound: when it is unknown
        """
        found = owner.find(context, instance_uuid, fresh=True)
        if found is None:
            raise exception.InstanceNotFound(instance_id=instance_uuid)
        return cls._from_db_object(context, found)


@ovo.VersionedObjectRegistry.register
class InstanceRecordList(
    ovo.ObjectListBase[InstanceRecord], base.ActionsObject
):
    # Version 1.0: Initial version
    # Version 1.1: get_by_project() instead of get_by_name();
    #              InstanceRecord <= 1.1
    VERSION = '1.1'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(
            base.prefixed('InstanceRecord')
        ),
    }

    obj_relationships = {'objects': [('1.0', '1.0'), ('1.1', '1.1')]}

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST, gate.by_project)
    def get_by_project(
        cls,
        context: RequestContext,
        project_id: str | None = None,
        name: str | None = None,
        limit: int | None = None,
        marker: str | None = None,
    ) -> 'InstanceRecordList':
        """Return undeleted servers, newest first.

        :param project_id: only servers of this owner; None for all
        :param name: only servers of exactly this name
        :param limit: the maximum number, up to :data:`LIMIT`
        :param marker: the UUID of the last server of the previous page
        :raises MarkerNotFound: for an unknown marker
        """
        if limit == 0:
            return cls(context, objects=[])
        found = merged_view.instance_list(
            context,
            limit or LIMIT,
            name,
            project_id,
            marker and marker.lower(),
        )
        return base.as_list(
            cls,
            context,
            [
                InstanceRecord._from_db_object(context, instance)
                for instance in found
            ],
        )
