# SPDX-License-Identifier: Apache-2.0
"""Old and new ends over RabbitMQ, the older one's classes built by hand.

Newer conductor, older client: the client asks by its own manifest. Newer
client, older conductor: the client is pinned.
"""

from typing import Any

import oslo_messaging as messaging
from oslo_messaging.rpc import dispatcher
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields

from nova_actions.conductor import rpcapi
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.rpc import transport as rpc_transport
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience

_TIMES = {
    name: fields.DateTimeField(nullable=True)
    for name in (
        'created_at',
        'updated_at',
        'deleted_at',
        'start_time',
        'finish_time',
    )
}
_ACTION = {
    'id': fields.IntegerField(),
    'deleted': fields.BooleanField(),
    **{
        name: fields.StringField(nullable=True)
        for name in (
            'action',
            'instance_uuid',
            'request_id',
            'user_id',
            'project_id',
            'message',
        )
    },
    **_TIMES,
}
_EVENT = {
    'id': fields.IntegerField(),
    'deleted': fields.BooleanField(),
    'action_id': fields.IntegerField(nullable=True),
    **{
        name: fields.StringField(nullable=True)
        for name in ('event', 'result', 'traceback')
    },
    **_TIMES,
}
_LATER = {'host': (1, 2), 'details': (1, 4)}


class _Old(ovo.VersionedObject):
    OBJ_SERIAL_NAMESPACE = 'nova_object'
    OBJ_PROJECT_NAMESPACE = 'nova'


def build(name: str, version: str, columns: dict[str, Any]) -> type[Any]:
    """Return the class of an older release: its fields, strictly."""
    return ovo.VersionedObjectRegistry.objectify(
        type(name, (_Old,), {'VERSION': version, 'fields': columns})
    )


def event_columns(version: str) -> dict[str, Any]:
    at = tuple(int(part) for part in version.split('.'))
    return {
        **_EVENT,
        **{
            name: fields.StringField(nullable=True)
            for name, since in _LATER.items()
            if at >= since
        },
    }


def read(cls: type[Any], primitive: dict[str, Any]) -> Any:
    """Read a primitive as an older end does: exactly its version and
    fields."""
    assert primitive['nova_object.version'] == cls.VERSION, primitive
    assert primitive['nova_object.name'] == cls.__name__, primitive
    unknown = set(primitive['nova_object.data']) - set(cls.fields)
    assert not unknown, unknown
    return cls._obj_from_primitive(None, cls.VERSION, primitive)


class OldConductor:
    """A conductor of an older release: it knows its objects' versions and
    arguments, and refuses anything else."""

    target = messaging.Target(version='3.0')
    ARGUMENTS = {
        'action_start': {'instance_uuid', 'action_name', 'want_result'},
        'event_start': {'instance_uuid', 'event_name', 'want_result'},
        'event_finish': {'instance_uuid', 'event_name', 'want_result'},
        'get_by_instance_uuid': {
            'instance_uuid',
            'limit',
            'marker',
            'filters',
        },
    }

    def __init__(self, versions: dict[str, str]) -> None:
        self.versions = versions
        self.calls: list[str] = []

    def _check(self, objname: str, version: str) -> None:
        if self.versions[objname] != version:
            raise ValueError(f'{objname} {version} is unknown here')

    def object_class_action_versions(
        self,
        ctxt: Any,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: Any,
        kwargs: Any,
    ) -> Any:
        for name in object_versions.keys() & self.versions.keys():
            self._check(name, object_versions[name])
        known = set(self.ARGUMENTS[objmethod])
        if objmethod == 'event_start' and (
            self.versions['InstanceActionEvent'] != '1.1'
        ):
            known.add('host')
        if not set(kwargs) <= known:
            raise TypeError(f'{objmethod}: {set(kwargs) - known}')
        self.calls.append(objmethod)
        data = {'id': 7, 'start_time': '2026-01-02T03:04:05Z'}
        return {
            'nova_object.name': objname,
            'nova_object.namespace': 'nova',
            'nova_object.version': self.versions[objname],
            'nova_object.data': data,
        }

    def object_action(
        self, ctxt: Any, objinst: Any, objmethod: str, args: Any, kwargs: Any
    ) -> Any:
        name = objinst['nova_object.name']
        self._check(name, objinst['nova_object.version'])
        columns = (
            _ACTION
            if name == 'InstanceAction'
            else event_columns(self.versions[name])
        )
        sent = read(build(name, self.versions[name], columns), objinst)
        if sent.obj_attr_is_set('start_time'):
            assert not sent.start_time.microsecond
        self.calls.append(objmethod)
        return [{'id': 8, 'obj_what_changed': []}, None]


class BusTestCase(base.ObjectTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.conf.set_override(
            'transport_url', self.useFixture(fixtures.Rabbit()).url
        )

    def transport(self) -> Any:
        transport = rpc_transport.get_transport(self.conf)
        self.addCleanup(transport.cleanup)
        return transport

    def target(self, **kwargs: Any) -> messaging.Target:
        return messaging.Target(
            topic=self.conf.conductor.topic, version='3.0', **kwargs
        )


class TestOlderClient(BusTestCase):
    """Versions, fields, times and children as the client knows them, in one
    call."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixtures.Conductor(self.conf))
        self.client = messaging.get_rpc_client(
            self.transport(), self.target(), timeout=patience.PATIENCE
        )
        self.call('InstanceAction', '1.2', 'action_start', 'create')

    def call(
        self,
        objname: str,
        version: str,
        method: str,
        *args: Any,
        **versions: str,
    ) -> Any:
        if method != 'get_by_action':
            args = (self.instance_uuid, *args)
        return self.client.call(
            {
                'user_id': 'u',
                'project_id': 'p',
                'is_admin': True,
                'request_id': 'req-1',
            },
            'object_class_action_versions',
            objname=objname,
            objmethod=method,
            args=args,
            kwargs={},
            object_versions={objname: version, **versions},
        )

    def test_actions(self) -> None:
        for version in ('1.0', '1.1', '1.2'):
            old = build('InstanceAction', version, _ACTION)
            found = read(
                old,
                self.call(
                    'InstanceAction', version, 'get_by_request_id', 'req-1'
                ),
            )
            self.assertEqual('create', found.action)
            for listed in ('1.0', '1.1'):
                for child in self.call(
                    'InstanceActionList',
                    listed,
                    'get_by_instance_uuid',
                    InstanceAction=version,
                )['nova_object.data']['objects']:
                    self.assertEqual('req-1', read(old, child).request_id)

    def test_events(self) -> None:
        for version in ('1.0', '1.1', '1.2', '1.3', '1.4'):
            old = build('InstanceActionEvent', version, event_columns(version))
            found = read(
                old,
                self.call(
                    'InstanceActionEvent', version, 'event_start', version
                ),
            )
            self.assertEqual(version, found.event)
            for listed in ('1.0', '1.1'):
                steps = self.call(
                    'InstanceActionEventList',
                    listed,
                    'get_by_action',
                    1,
                    InstanceActionEvent=version,
                )['nova_object.data']
                self.assertEqual(version, read(old, steps['objects'][0]).event)

    def test_lazy_events(self) -> None:
        action = self.client.call(
            {'is_admin': True, 'request_id': 'req-1'},
            'object_backport_versions',
            objinst={
                'nova_object.name': 'InstanceAction',
                'nova_object.namespace': 'nova',
                'nova_object.version': '1.3',
                'nova_object.data': {
                    'id': 1,
                    'events': {
                        'nova_object.name': 'InstanceActionEventList',
                        'nova_object.namespace': 'nova',
                        'nova_object.version': '1.2',
                        'nova_object.data': {'objects': []},
                    },
                },
            },
            object_versions={'InstanceAction': '1.2'},
        )
        self.assertEqual({'id': 1}, action['nova_object.data'])


class TestOlderConductor(BusTestCase):
    """A pinned client sends what an older conductor understands."""

    def check(self, pins: str, versions: dict[str, str]) -> None:
        conductor = OldConductor(versions)
        server = messaging.get_rpc_server(
            self.transport(),
            self.target(server='old'),
            [conductor],
            executor='threading',
            access_policy=dispatcher.DefaultRPCAccessPolicy,
        )
        server.start()
        self.conf.set_override('conductor', pins, group='upgrade_levels')
        client = rpcapi.ConductorAPI(self.conf, timeout=patience.PATIENCE)
        self.addCleanup(client.close)
        objects_base.set_remote(client)
        self.addCleanup(objects_base.set_remote, None)
        try:
            self.work()
        finally:
            server.stop()
            server.wait()
        self.assertEqual(
            [
                'action_start',
                'event_start',
                'event_finish',
                'finish',
                'create',
                'get_by_instance_uuid',
            ],
            conductor.calls,
        )

    def work(self) -> None:
        handle = self.instance_uuid
        action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create', uuid=handle
        )
        self.assertEqual(7, action.id if action else None)
        InstanceActionEvent.event_start(
            self.context, self.instance_uuid, 'e', host='h', uuid=handle
        )
        InstanceActionEvent.event_finish(
            self.context, self.instance_uuid, 'e', host='h', uuid=handle
        )
        if action:
            action.finish()
        copied = InstanceAction(
            self.context,
            action='a',
            status='running',
            uuid=handle,
            start_time='2026-01-02T03:04:05.678901',
        )
        copied.create()
        self.assertEqual(8, copied.id)
        InstanceActionList.get_by_instance_uuid(
            self.context, self.instance_uuid, limit=1
        )

    def test_nova_34(self) -> None:
        self.check(
            'nova-34',
            {
                'InstanceAction': '1.2',
                'InstanceActionList': '1.1',
                'InstanceActionEvent': '1.4',
                'InstanceActionEventList': '1.1',
            },
        )

    def test_first_versions(self) -> None:
        versions = {
            'InstanceAction': '1.1',
            'InstanceActionList': '1.1',
            'InstanceActionEvent': '1.1',
            'InstanceActionEventList': '1.0',
        }
        self.check(
            ','.join(
                f'{name}={version}' for name, version in versions.items()
            ),
            versions,
        )
