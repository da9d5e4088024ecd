# SPDX-License-Identifier: Apache-2.0
"""InstanceAction: one operation that was requested on a server."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import actions
from nova_actions import exception
from nova_actions import policies
from nova_actions import policy
from nova_actions import validation
from nova_actions.cells import merged_view
from nova_actions.cells import owner
from nova_actions.context import RequestContext
from nova_actions.db import api as db
from nova_actions.db import status
from nova_actions.objects import base
from nova_actions.objects import fields
from nova_actions.objects import gate
from nova_actions.objects import instance_action_event
from nova_actions.objects import text


def _by_instance_or_creator(
    self: 'InstanceAction',
    context: RequestContext,
    arguments: gate.Arguments,
) -> gate.Instance:
    """The owner of the instance; the caller, when it creates an unknown
    one."""
    instance = gate.by_instance(self, context, arguments)
    if instance is None and arguments['action_name'] == actions.CREATE:
        return _creator(context, arguments['instance_uuid'])
    return instance


def _by_own_instance_or_creator(
    self: 'InstanceAction',
    context: RequestContext,
    arguments: gate.Arguments,
) -> gate.Instance:
    instance = gate.by_own_instance(self, context, arguments)
    if (
        instance is None
        and 'action' in self
        and (self.action == actions.CREATE)
    ):
        return _creator(
            context, validation.uuid('instance_uuid', self.instance_uuid)
        )
    return instance


def _creator(
    context: RequestContext, instance_uuid: str
) -> dict[str, Any] | None:
    if context.project_id is None:
        return None
    return {
        'uuid': instance_uuid,
        'project_id': context.project_id,
        'user_id': context.user_id,
        'created_at': timeutils.utcnow(),
    }


def _store(
    context: RequestContext,
    values: dict[str, Any],
    instance: gate.Instance,
    is_whole: bool = True,
) -> dict[str, Any]:
    """Store an action, and its instance if our own database lacks it.

    :param instance: the one that the rule was checked against
    :param is_whole: whether the row's id is needed, too
    """
    uuid = values['instance_uuid']
    values.setdefault('uuid', uuidutils.generate_uuid())
    if instance is None:
        raise exception.InstanceNotFound(instance_id=uuid)
    values['owner_id'] = instance['project_id']
    missing = None if instance.get('id') else instance
    try:
        row = db.action_create(context, values, missing, is_whole)
        if missing is not None:
            owner.forget(uuid)
        return row
    except exception.InstanceExists:
        # Another conductor has just created it, maybe for another project.
        instance = owner.find(context, uuid, fresh=True)
        context.can(policies.ACTION_START, gate.target_of(instance))
        values['owner_id'] = instance['project_id'] if instance else None
        return db.action_create(context, values, is_whole=is_whole)


def _as_own(context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
    """Return an action as one that the context's user has started.

    :raises PolicyNotAuthorized: when it names another user
    """
    sanitizer = text.sanitizer()
    own = {
        name: sanitizer.name(getattr(context, name))
        for name in ('user_id', 'user_name', 'project_id', 'project_name')
    }
    if any(
        values.get(name) not in (None, value) for name, value in own.items()
    ):
        raise policy.refusal(policies.ACTION_START)
    return {**values, **own}


@ovo.VersionedObjectRegistry.register
class InstanceAction(
    base.PersistentObject, base.ActionsObject, ovo.VersionedObjectDictCompat
):
    # Version 1.0: Initial version
    # Version 1.1: String attributes updated to support unicode
    # Version 1.2: Added create()
    # Version 1.3: Added uuid, global_request_id, status, user_name,
    #              project_name and events; times carry microseconds, which
    #              an older reader does not get
    VERSION = '1.3'
    HAS_MICROSECONDS = '1.3'
    ADDED = dict.fromkeys(
        (
            'uuid',
            'global_request_id',
            'status',
            'user_name',
            'project_name',
            'events',
        ),
        '1.3',
    )
    ADDED_ARGUMENTS = {'action_start': {'uuid': '1.3'}}

    fields = {
        'id': ovo_fields.IntegerField(),
        'uuid': ovo_fields.StringField(nullable=True),
        'action': ovo_fields.StringField(nullable=True),
        'instance_uuid': ovo_fields.StringField(nullable=True),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'user_id': ovo_fields.StringField(nullable=True),
        'user_name': ovo_fields.StringField(nullable=True),
        'project_id': ovo_fields.StringField(nullable=True),
        'project_name': ovo_fields.StringField(nullable=True),
        'start_time': fields.MicroDateTimeField(nullable=True),
        'finish_time': fields.MicroDateTimeField(nullable=True),
        'message': ovo_fields.StringField(nullable=True),
        'status': ovo_fields.StringField(nullable=True),
        'events': ovo_fields.ObjectField(
            base.prefixed('InstanceActionEventList')
        ),
    }

    obj_relationships = {'events': [('1.3', '1.2')]}

    #: Whether a newer action has the same request id: see :attr:`marker`.
    _superseded = False
    #: The marker of a row that has no uuid.
    _marker: str | None = None
    #: Why it counts as interrupted although none of its events does; known
    #: only where the database is.
    evidence: str | None = None
    #: The events, if they were read with the row.
    _rows: list[base.Row] | None = None

    def _from_db_object(
        self, context: RequestContext, row: base.Row
    ) -> 'InstanceAction':
        self._take(context, row)
        self._superseded = bool(row.get('superseded'))
        self._marker = row.get('marker')
        self.evidence = row.get('evidence')
        self._rows = row.get('events')
        return self

    @property
    def marker(self) -> str | None:
        """The marker of this action in paged lists and in show: its request
        id; or its own UUID (for a cell's row, which has none, a form of its
        id) when a newer action has the same request id or the request id is
        invalid."""
        if not self._superseded:
            try:
                return validation.request_id('request_id', self.request_id)
            except exception.InvalidInput:
                pass
        return self.uuid or self._marker

    def obj_load_attr(self, attrname: str) -> None:
        """Load the events, newest first. A caller with an action has passed
        the gate; some fields of the events may still be withheld."""
        if attrname != 'events' or 'id' not in self:
            super().obj_load_attr(attrname)
            return
        events = instance_action_event.InstanceActionEventList
        if self.indirection_api:
            self.events = events.get_by_action(self._context, self.id)
        else:
            self.events = events.of_action(
                self._context,
                self.id,
                owner.find(self._context, self.instance_uuid or ''),
                self._rows,
            )
        self.obj_reset_changes(['events'])

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, gate.by_instance)
    def get_by_request_id(
        cls, context: RequestContext, instance_uuid: str, request_id: str
    ) -> 'InstanceAction | None':
        """Return the newest action of that request on that server, or the
        action with that UUID or marker; None when there is none."""
        row = merged_view.action_get(
            context,
            instance_uuid,
            request_id,
            read_deleted=context.read_deleted,
        )
        return cls()._from_db_object(context, row) if row else None

    @classmethod
    @gate.remotable
    @gate.gated(policies.ACTION_START, _by_instance_or_creator)
    def action_start(
        cls,
        context: RequestContext,
        instance_uuid: str,
        action_name: str,
        want_result: bool | None = True,
        uuid: str | None = None,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceAction | None':
        """Record the start of an action by the context's request.

        ``create`` registers an unknown server to the caller's project.

        :param want_result: whether to return the action
        :param uuid: of the action; the same UUID again is a resend
        :raises InstanceNotFound: when the server is unknown
        """
        sanitizer = text.sanitizer()
        row = _store(
            context,
            {
                'uuid': uuid or uuidutils.generate_uuid(),
                'action': sanitizer.name(action_name),
                'instance_uuid': instance_uuid,
                'request_id': context.request_id,
                'global_request_id': sanitizer.name(context.global_request_id),
                'user_id': sanitizer.name(context.user_id),
                'user_name': sanitizer.name(context.user_name),
                'project_id': sanitizer.name(context.project_id),
                'project_name': sanitizer.name(context.project_name),
                'start_time': context.timestamp,
                'updated_at': context.timestamp,
            },
            instance,
            is_whole=bool(want_result),
        )
        return cls()._from_db_object(context, row) if want_result else None

    @classmethod
    @gate.remotable
    @gate.gated(policies.ACTION_FINISH, gate.by_instance)
    def action_finish(
        cls,
        context: RequestContext,
        instance_uuid: str,
        want_result: bool | None = True,
    ) -> 'InstanceAction | None':
        """Record the end of the newest action of the context's request.

        :param want_result: whether to return the action
        :raises InstanceActionNotFound: when the request has no action
        """
        row = db.action_finish(
            context, instance_uuid, context.request_id, timeutils.utcnow()
        )
        return cls()._from_db_object(context, row) if want_result else None

    @gate.remotable
    @gate.gated(policies.ACTION_FINISH, gate.by_own_instance)
    def finish(self) -> None:
        """Record the end of this object's action; without an id, of the
        newest action of the request.

        :raises InstanceActionNotFound: when it is not in the database
        """
        request_id = (
            self.request_id
            if 'request_id' in self
            else self._context.request_id
        )
        row = db.action_finish(
            self._context,
            validation.uuid('instance_uuid', self.instance_uuid),
            request_id,
            timeutils.utcnow(),
            self.id if 'id' in self else None,
        )
        self._from_db_object(self._context, row)

    @gate.remotable
    @gate.gated(policies.ACTION_START, _by_own_instance_or_creator)
    def create(self, *, instance: gate.Instance = None) -> None:
        """Store this object with every field that is set, for example to copy
        a record. The default start time is now.

        Callers who may not act on everything can only store their own
        actions.

        :raises ObjectActionError: when it has an id
        :raises PolicyNotAuthorized: when it names another user
        :raises InvalidInput: for an invalid field
        """
        if 'id' in self:
            raise exception.ObjectActionError(
                action='create', reason='already created'
            )
        values = text.storable(self, skip=('events',))
        values['action'] = validation.name('action', values.get('action'))
        validation.optional(validation.one_of(*status.STATUSES))(
            'status', values.get('status')
        )
        if values.get('start_time') is None:
            now = timeutils.utcnow()
            values['start_time'] = min(now, values.get('finish_time') or now)
        if not self._context.can(
            policies.ACTION_START, gate.target_of(None), fatal=False
        ):
            values = _as_own(self._context, values)
        self._from_db_object(
            self._context, _store(self._context, values, instance)
        )


@ovo.VersionedObjectRegistry.register
class InstanceActionList(
    ovo.ObjectListBase[InstanceAction], base.ActionsObject
):
    # Version 1.0: Initial version
    # Version 1.1: get_by_instance_uuid() takes limit, marker and filters
    # Version 1.2: Added get_by_project(); InstanceAction <= 1.3
    VERSION = '1.2'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(
            base.prefixed('InstanceAction')
        ),
    }

    obj_relationships = {
        'objects': [('1.0', '1.0'), ('1.1', '1.2'), ('1.2', '1.3')]
    }

    @classmethod
    def _list(
        cls,
        context: RequestContext,
        filters: Mapping[str, Any] | None,
        rows: Callable[..., Sequence[base.Row]],
        **conditions: Any,
    ) -> 'InstanceActionList':
        filters = filters or {}
        if (
            'changes-since' in filters
            and 'changes-before' in filters
            and filters['changes-since'] > filters['changes-before']
        ):
            raise exception.InvalidInput(
                argument='changes-since',
                reason='it must be less than or equal to changes-before',
            )
        return base.as_list(
            cls,
            context,
            [
                InstanceAction()._from_db_object(context, row)
                for row in rows(
                    context,
                    filters=filters,
                    read_deleted=context.read_deleted,
                    **conditions,
                )
            ],
        )

    @classmethod
    def in_pages(
        cls,
        fetch: Callable[..., 'InstanceActionList'],
        limit: int,
        marker: str | None = None,
    ) -> list[InstanceAction]:
        """Return actions from as many calls as needed.

        :param fetch: one of the methods below with its other arguments bound
        :param limit: the maximum number of actions
        :param marker: see :meth:`get_by_instance_uuid`
        """
        found: list[InstanceAction] = []
        while True:
            page = fetch(limit=limit - len(found), marker=marker).objects
            found += page
            if len(page) < gate.LIST_LIMIT or len(found) >= limit:
                return found
            marker = page[-1].marker

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST, gate.by_instance)
    def get_by_instance_uuid(
        cls,
        context: RequestContext,
        instance_uuid: str,
        limit: int | None = None,
        marker: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> 'InstanceActionList':
        """Return the actions of a server, newest first.

        :param limit: the maximum number, up to :data:`gate.LIST_LIMIT`
        :param marker: the request id or marker of the last action of the
            previous page
        :param filters: ``changes-since`` and ``changes-before``, both
            inclusive, on updated_at
        :raises InvalidInput: for an inverted time window
        :raises MarkerNotFound: for an unknown marker
        """
        return cls._list(
            context,
            filters,
            merged_view.action_list,
            instance_uuid=instance_uuid,
            limit=limit,
            marker=marker,
        )

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST_ALL_PROJECTS, gate.by_project)
    def get_by_project(
        cls,
        context: RequestContext,
        project_id: str | None = None,
        limit: int | None = None,
        marker: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> 'InstanceActionList':
        """Return the actions on the servers of a project, or of all projects,
        in our own database only: cells have no index for that.

        Parameters and errors are those of :meth:`get_by_instance_uuid`.
        """
        return cls._list(
            context,
            filters,
            db.action_list,
            project_id=project_id,
            limit=limit,
            marker=marker,
        )
