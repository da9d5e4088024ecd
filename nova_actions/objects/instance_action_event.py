# SPDX-License-Identifier: Apache-2.0
"""InstanceActionEvent: one step of an action on one host."""

import datetime
import functools
import hashlib
import traceback
from collections.abc import Iterable, Sequence
from typing import Any, cast

from oslo_utils import timeutils
from oslo_utils import uuidutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import policies
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.cells import merged_view
from nova_actions.cells import owner
from nova_actions.context import RequestContext
from nova_actions.db import api as db
from nova_actions.db import clock
from nova_actions.db import page
from nova_actions.objects import audit
from nova_actions.objects import base
from nova_actions.objects import fields
from nova_actions.objects import gate
from nova_actions.objects import sent_error
from nova_actions.objects import text


def _by_action_with_events(
    _self: object, context: RequestContext, arguments: gate.Arguments
) -> gate.Instance:
    """The owner of the instance of the action in the arguments, together with
    the ``events`` of the action, which the same statement reads."""
    instance, events = merged_view.event_list_with_owner(
        context, arguments['action_id'], context.read_deleted
    )
    return {**instance, 'events': events} if instance else None


def _readable(name: str, value: Any) -> Any:
    """Return an exception or a traceback as text for the wire."""
    if isinstance(value, BaseException):
        return text.sanitizer().error(value, None).details
    if name == 'exc_tb' and hasattr(value, 'tb_frame'):
        return ''.join(traceback.format_tb(value))
    if name == 'exc_tb' and isinstance(value, list | tuple):
        return ''.join(str(line) for line in value)
    if name in ('exc_val', 'exc_tb') and isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    return value


def _error_as_text(function: gate.F) -> gate.F:
    """Convert ``exc_val`` and ``exc_tb``, positional or by keyword, to text
    before they are sent."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(
            *(
                _readable(
                    'exc_tb' if hasattr(value, 'tb_frame') else 'exc_val',
                    value,
                )
                for value in args
            ),
            **{name: _readable(name, value) for name, value in kwargs.items()},
        )

    return cast(gate.F, wrapper)


def _withheld(context: RequestContext, instance: gate.Instance) -> set[str]:
    """Return the fields of a server's events that the caller may not see."""
    target = gate.target_of(instance)
    withheld = set()
    if not context.can(policies.EVENTS, target, fatal=False):
        withheld |= {'traceback', 'host', 'error_type'}
    if not context.can(policies.EVENTS_DETAILS, target, fatal=False):
        withheld.add('details')
    return withheld


def _outcome(
    exc_val: str | None, exc_tb: str | None, error_type: str | None = None
) -> dict[str, Any]:
    """Return the columns of an event's outcome. Without a traceback it
    succeeded, whatever else is given: Nova's clients report it like this."""
    if exc_tb is None:
        return {'result': vocabulary.RESULT_SUCCESS}
    error = text.counted(
        text.sanitizer().error(
            sent_error.of_exception(exc_val),
            sent_error.of_traceback(exc_tb),
            error_type=error_type,
        )
    )
    return {
        'result': vocabulary.RESULT_ERROR,
        'details': error.details,
        'traceback': error.traceback,
        'error_type': error.error_type,
        'reason': error.reason,
        'redactions': error.redactions,
        'rules': error.rules,
    }


@ovo.VersionedObjectRegistry.register
class InstanceActionEvent(
    base.PersistentObject, base.ActionsObject, ovo.VersionedObjectDictCompat
):
    # Version 1.0: Initial version
    # Version 1.1: event_finish_with_failure() takes exceptions as text
    # Version 1.2: Added host
    # Version 1.3: Added create()
    # Version 1.4: Added details
    # Version 1.5: Added uuid, duration, error_type and reason; times
    #              carry microseconds, which an older reader does not get
    # Version 1.6: event_start() takes details
    VERSION = '1.6'
    HAS_MICROSECONDS = '1.5'
    ADDED = {
        'host': '1.2',
        'details': '1.4',
        'uuid': '1.5',
        'duration': '1.5',
        'error_type': '1.5',
        'reason': '1.5',
    }
    ADDED_ARGUMENTS = {
        'event_start': {
            'host': '1.2',
            'uuid': '1.5',
            'start_time': '1.5',
            'details': '1.6',
        },
        'event_finish': {'host': '1.5', 'uuid': '1.5'},
        'event_finish_with_failure': dict.fromkeys(
            ('host', 'uuid', 'finish_time', 'duration', 'error_type'), '1.5'
        ),
    }

    fields = {
        'id': ovo_fields.IntegerField(),
        'uuid': ovo_fields.StringField(nullable=True),
        'event': ovo_fields.StringField(nullable=True),
        'action_id': ovo_fields.IntegerField(nullable=True),
        'start_time': fields.MicroDateTimeField(nullable=True),
        'finish_time': fields.MicroDateTimeField(nullable=True),
        # Microseconds, from the reporter's monotonic clock.
        'duration': ovo_fields.IntegerField(nullable=True),
        'result': ovo_fields.StringField(nullable=True),
        'traceback': ovo_fields.StringField(nullable=True),
        'host': ovo_fields.StringField(nullable=True),
        'details': ovo_fields.StringField(nullable=True),
        'error_type': ovo_fields.StringField(nullable=True),
        # Why it failed, one of sanitize.REASONS; the owner may see it.
        'reason': ovo_fields.StringField(nullable=True),
    }

    #: The host, even if the field is withheld: only for its hash.
    _host: str | None = None

    def _from_db_object(
        self,
        context: RequestContext,
        row: base.Row,
        withheld: Iterable[str],
    ) -> 'InstanceActionEvent':
        """Copy a row, with its texts sanitized again by today's rules.

        :param withheld: the fields that the caller may not see
        """
        values = {
            **row,
            'duration': row['duration_us'],
            **dict.fromkeys(withheld),
        }
        if values['details'] is not None or values['traceback'] is not None:
            safe = text.sanitizer().again(
                values['details'], values['traceback'], row['rules']
            )
            values.update(details=safe.details, traceback=safe.traceback)
        self._take(context, values)
        self._host = row['host']
        return self

    def _read(
        self,
        context: RequestContext,
        row: base.Row,
        instance: gate.Instance,
    ) -> 'InstanceActionEvent':
        """Copy the single row that a call returns."""
        self._from_db_object(context, row, _withheld(context, instance))
        audit.tracebacks_read(context, instance, [self])
        return self

    def host_id(self, project_id: str | None) -> str:
        """Return Nova's ``hostId``: a hash that hides the host's name but
        tells one host of a project from another; empty without a host."""
        if not self._host:
            return ''
        return hashlib.sha224(
            f'{project_id or ""}{self._host}'.encode()
        ).hexdigest()

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, gate.by_action)
    def get_by_id(
        cls,
        context: RequestContext,
        action_id: int,
        event_id: int,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceActionEvent':
        """Return one event of an action.

        :raises InstanceActionEventNotFound: when there is none
        """
        row = merged_view.event_get(
            context, action_id, event_id, read_deleted=context.read_deleted
        )
        if row is None:
            raise exception.InstanceActionEventNotFound(
                action_id=action_id, event=event_id
            )
        return cls()._read(context, row, instance)

    @classmethod
    @gate.remotable
    @gate.gated(policies.EVENT_START, gate.by_instance)
    def event_start(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        want_result: bool | None = True,
        host: str | None = None,
        uuid: str | None = None,
        start_time: datetime.datetime | None = None,
        details: str | None = None,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceActionEvent | None':
        """Record the start of an event of the context's request.

        :param want_result: whether to return the event
        :param host: where it runs
        :param uuid: the handle of the event; the same handle again is a
            resend
        :param start_time: UTC; now by default
        :param details: text about it, which is sanitized
        :raises InstanceActionNotFound: when the request has no action
        """
        if instance is None:
            raise exception.InstanceActionNotFound(
                request_id=context.request_id, instance_uuid=instance_uuid
            )
        sanitizer = text.sanitizer()
        row = db.event_start(
            context,
            {
                'uuid': uuid or uuidutils.generate_uuid(),
                'event': sanitizer.name(event_name),
                'host': sanitizer.name(host),
                'instance_uuid': instance_uuid,
                'owner_id': instance['project_id'],
                'request_id': context.request_id,
                'global_request_id': sanitizer.name(context.global_request_id),
                'start_time': start_time or timeutils.utcnow(),
                **text.details(details),
            },
            is_system=context.project_id is None,
            owner=None if instance.get('id') else instance,
            is_whole=bool(want_result),
        )
        if not instance.get('id'):
            owner.forget(instance_uuid)
        if not want_result:
            return None
        return cls()._from_db_object(
            context, row, _withheld(context, instance)
        )

    @classmethod
    @_error_as_text
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_instance)
    def event_finish_with_failure(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        exc_val: Any = None,
        exc_tb: Any = None,
        want_result: bool | None = None,
        host: str | None = None,
        uuid: str | None = None,
        finish_time: datetime.datetime | None = None,
        duration: int | None = None,
        error_type: str | None = None,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceActionEvent | None':
        """Record the end of an event: with ``exc_tb`` it failed.

        :param exc_val: the exception, or its text
        :param exc_tb: the traceback, or its text
        :param want_result: whether to return the event
        :param host: finish only an event of this host
        :param uuid: the handle; without it, the newest open event of that
            name in the request's action is finished
        :param finish_time: UTC; now by default
        :param duration: microseconds
        :param error_type: the exception's class
        :raises InstanceActionNotFound: when the request has no action
        :raises InstanceActionEventNotFound: when there is no such event
        :raises Forbidden: when it is the event of another host
        """
        return cls._finish_event(
            context,
            instance,
            want_result,
            {
                'uuid': uuid,
                'event': event_name,
                'host': host,
                'instance_uuid': instance_uuid,
                'finish_time': finish_time,
                'duration_us': duration,
                **_outcome(exc_val, exc_tb, error_type),
            },
        )

    @classmethod
    def _finish_event(
        cls,
        context: RequestContext,
        instance: gate.Instance,
        want_result: bool | None,
        values: dict[str, Any],
    ) -> 'InstanceActionEvent | None':
        row = db.event_finish(
            context,
            {
                **values,
                'request_id': context.request_id,
                'finish_time': values['finish_time'] or timeutils.utcnow(),
            },
            is_system=context.project_id is None,
            is_whole=bool(want_result),
        )
        if not want_result:
            return None
        return cls()._read(context, row, instance)

    @classmethod
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_instance)
    def event_finish(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        want_result: bool | None = True,
        host: str | None = None,
        uuid: str | None = None,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceActionEvent | None':
        """Record that an event succeeded. Parameters and errors are those of
        :meth:`event_finish_with_failure`."""
        return cls._finish_event(
            context,
            instance,
            want_result,
            {
                'uuid': uuid,
                'event': event_name,
                'host': host,
                'instance_uuid': instance_uuid,
                'finish_time': None,
                'duration_us': None,
                **_outcome(None, None),
            },
        )

    @_error_as_text
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_own_action)
    def finish_with_failure(
        self,
        exc_val: Any = None,
        exc_tb: Any = None,
        *,
        instance: gate.Instance = None,
    ) -> None:
        """Record the end of this object's event: with ``exc_tb`` it failed.

        :raises InvalidInput: when the object has no id
        :raises InstanceActionEventNotFound: when it is unknown, or has already
            finished with another result
        :raises Forbidden: when the event is of another host than the object
        """
        event_id = validation.integer('id', self.id if 'id' in self else None)
        if instance is None:
            raise exception.InstanceActionEventNotFound(
                action_id=self.action_id, event=event_id
            )
        row = db.event_finish(
            self._context,
            {
                'id': event_id,
                'action_id': self.action_id,
                'instance_uuid': instance['uuid'],
                'host': self.host if 'host' in self else None,
                'finish_time': timeutils.utcnow(),
                **_outcome(exc_val, exc_tb),
            },
        )
        self._read(self._context, row, instance)

    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_own_action)
    def finish(self) -> None:
        """Record that this object's event succeeded. Errors are those of
        :meth:`finish_with_failure`."""
        self.finish_with_failure()

    @gate.remotable
    @gate.gated(policies.EVENT_START, gate.by_instance)
    def create(
        self,
        instance_uuid: str,
        request_id: str,
        *,
        instance: gate.Instance = None,
    ) -> None:
        """Store this object with every field that is set, for example to copy
        a record, in the newest action of that request.

        :raises ObjectActionError: when it has an id
        :raises InvalidInput: for an invalid field
        :raises InstanceActionNotFound: when the request has no action
        """
        if 'id' in self:
            raise exception.ObjectActionError(
                action='create', reason='already created'
            )
        values = text.storable(self, skip=('action_id', 'duration'))
        values['event'] = validation.name('event', values.get('event'))
        validation.optional(validation.one_of(*vocabulary.RESULTS))(
            'result', values.get('result')
        )
        values['duration_us'] = validation.optional(validation.duration)(
            'duration', self.duration if 'duration' in self else None
        )
        values['reason'] = text.reason_of(values)
        if values.get('start_time') is None:
            values['start_time'] = clock.start_of(
                values.get('finish_time') or timeutils.utcnow(),
                values['duration_us'] if values.get('finish_time') else None,
            )
        row = db.event_start(
            self._context,
            {
                **values,
                'instance_uuid': instance_uuid,
                'request_id': request_id,
            },
        )
        self._from_db_object(
            self._context, row, _withheld(self._context, instance)
        )


@ovo.VersionedObjectRegistry.register
class InstanceActionEventList(
    ovo.ObjectListBase[InstanceActionEvent], base.ActionsObject
):
    # Version 1.0: Initial version
    # Version 1.1: InstanceActionEvent <= 1.4
    # Version 1.2: InstanceActionEvent <= 1.5
    # Version 1.3: InstanceActionEvent <= 1.6
    VERSION = '1.3'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(
            base.prefixed('InstanceActionEvent')
        ),
    }

    obj_relationships = {
        'objects': [
            ('1.0', '1.0'),
            ('1.1', '1.4'),
            ('1.2', '1.5'),
            ('1.3', '1.6'),
        ]
    }

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, _by_action_with_events)
    def get_by_action(
        cls,
        context: RequestContext,
        action_id: int,
        *,
        instance: gate.Instance = None,
    ) -> 'InstanceActionEventList':
        """Return the newest events of an action, newest first; an empty list
        for an unknown action.

        There are at most :data:`page.EVENTS`, with :data:`page.EVENT_BYTES` of
        text.
        """
        return cls.of_action(
            context,
            action_id,
            instance,
            instance['events'] if instance else [],
        )

    @classmethod
    def of_action(
        cls,
        context: RequestContext,
        action_id: int,
        instance: gate.Instance,
        rows: Sequence[base.Row] | None = None,
        limit: int | None = page.EVENTS,
    ) -> 'InstanceActionEventList':
        """Return the same, for a caller who has passed the gate.

        :param rows: the events, if they have been read
        :param limit: the maximum number; None for all
        """
        if rows is None:
            rows = merged_view.event_list(
                context,
                action_id,
                limit=limit,
                read_deleted=context.read_deleted,
            )
        withheld = _withheld(context, instance) if rows else ()
        found = base.as_list(
            cls,
            context,
            [
                InstanceActionEvent()._from_db_object(context, row, withheld)
                for row in rows
            ],
        )
        audit.tracebacks_read(context, instance, found.objects)
        return found
