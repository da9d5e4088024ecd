# SPDX-License-Identifier: Apache-2.0
"""The conductor's endpoints, call by call, as they are on the wire."""

import datetime
from typing import Any

from nova_actions.db import api as db
from nova_actions.tests import base
from nova_actions.tests.unit.conductor import wire
from nova_actions.tests.unit.conductor.wire import primitive

SECONDS = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'
MICROSECONDS = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$'
_TIMES = ('created_at', 'updated_at', 'start_time', 'finish_time')
ACTION = {
    'id',
    'action',
    'instance_uuid',
    'request_id',
    'user_id',
    'project_id',
    'start_time',
    'finish_time',
    'message',
    'created_at',
    'updated_at',
    'deleted_at',
    'deleted',
}
EVENT = {
    'id',
    'event',
    'action_id',
    'start_time',
    'finish_time',
    'result',
    'traceback',
    'created_at',
    'updated_at',
    'deleted_at',
    'deleted',
}


class WireTestCase(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.wire = wire.Wire()

    def fails(
        self, name: str, call: Any, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        failure = self.assertRaises(wire.Failure, call, *args, **kwargs)
        self.assertEqual(name, failure.name, failure.data['message'])
        data: dict[str, Any] = failure.data
        return data

    def start(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.wire.classmethod(
            'InstanceAction',
            'action_start',
            self.instance_uuid,
            'create',
            **kwargs,
        )
        return found

    def step(self, name: str = 'one', **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.wire.classmethod(
            'InstanceActionEvent',
            'event_start',
            self.instance_uuid,
            name,
            host='host',
            **kwargs,
        )
        return found


class TestPing(WireTestCase):
    def test_ping(self):
        self.assertEqual(
            {'service': 'conductor', 'arg': '1.21 GigaWatts'},
            self.wire.call(
                'ping',
                namespace='baseapi',
                version='1.0',
                arg='1.21 GigaWatts',
            ),
        )

    def test_only_in_its_namespace(self):
        self.fails(
            'oslo_messaging.rpc.dispatcher.NoSuchMethod',
            self.wire.call,
            'ping',
            arg=1,
        )
        self.fails(
            'oslo_messaging.rpc.dispatcher.UnsupportedVersion',
            self.wire.call,
            'ping',
            namespace='other',
            arg=1,
        )


class TestVersions(WireTestCase):
    """A result is as it was asked for: version, fields, times."""

    def check(
        self,
        found: dict[str, Any],
        name: str,
        version: str,
        fields: set[str],
        times: str = SECONDS,
    ) -> dict[str, Any]:
        self.assertEqual(
            {
                f'nova_object.{key}'
                for key in ('name', 'namespace', 'version', 'data')
            },
            set(found),
        )
        self.assertEqual(
            (name, 'nova', version),
            (
                found['nova_object.name'],
                found['nova_object.namespace'],
                found['nova_object.version'],
            ),
        )
        data: dict[str, Any] = found['nova_object.data']
        self.assertEqual(fields, set(data))
        for field in _TIMES:
            if data.get(field) is not None:
                self.assertRegex(data[field], times)
        return data

    def test_actions(self):
        for version in ('1.0', '1.1', '1.2'):
            self.check(
                self.start(versions={'InstanceAction': version}),
                'InstanceAction',
                version,
                ACTION,
            )
        self.check(
            self.start(versions={'InstanceAction': '1.3'}),
            'InstanceAction',
            '1.3',
            ACTION
            | {
                'uuid',
                'global_request_id',
                'status',
                'user_name',
                'project_name',
            },
            MICROSECONDS,
        )

    def test_events(self):
        self.start()
        for version, more in (
            ('1.0', set()),
            ('1.1', set()),
            ('1.2', {'host'}),
            ('1.3', {'host'}),
            ('1.4', {'host', 'details'}),
        ):
            self.check(
                self.step(versions={'InstanceActionEvent': version}),
                'InstanceActionEvent',
                version,
                EVENT | more,
            )
        self.check(
            self.step(versions={'InstanceActionEvent': '1.5'}),
            'InstanceActionEvent',
            '1.5',
            EVENT
            | {'host', 'details', 'uuid', 'duration', 'error_type', 'reason'},
            MICROSECONDS,
        )

    def children(self, version: str, child: str | None) -> dict[str, Any]:
        """Return the only event of a list that was asked for so."""
        versions = {'InstanceActionEventList': version, 'Unknown': '9.9'}
        if child is not None:
            versions['InstanceActionEvent'] = child
        found = self.wire.classmethod(
            'InstanceActionEventList',
            'get_by_action',
            1,
            ctxt=wire.ADMIN,
            versions=versions,
        )
        data = self.check(
            found, 'InstanceActionEventList', version, {'objects'}
        )
        only: dict[str, Any] = data['objects'][0]
        return only

    def test_children_by_the_manifest(self):
        """Also where the list's own version matches; who is not named
        becomes 1.0; unknown names do no harm."""
        self.start()
        self.step()
        for version in ('1.0', '1.1', '1.2'):
            for child, fields in (
                (None, EVENT),
                ('1.0', EVENT),
                ('1.3', EVENT | {'host'}),
                ('1.4', EVENT | {'host', 'details'}),
            ):
                self.check(
                    self.children(version, child),
                    'InstanceActionEvent',
                    child or '1.0',
                    fields,
                )

    def test_children_of_a_list_of_actions(self):
        self.start()
        for version in ('1.0', '1.1', '1.2'):
            found = self.wire.classmethod(
                'InstanceActionList',
                'get_by_instance_uuid',
                self.instance_uuid,
                versions={
                    'InstanceActionList': version,
                    'InstanceAction': '1.1',
                },
            )
            self.check(
                found['nova_object.data']['objects'][0],
                'InstanceAction',
                '1.1',
                ACTION,
            )

    def test_above_ours(self):
        """Refused before anything is done, children included."""
        for versions in (
            {'InstanceAction': '1.4'},
            {'InstanceAction': '2.0'},
            {'InstanceAction': '0.9'},
            {'InstanceAction': '1.3', 'InstanceActionEvent': '1.7'},
        ):
            failure = self.fails(
                'oslo_versionedobjects.exception.IncompatibleObjectVersion',
                self.start,
                versions=versions,
            )
            self.assertNotIn('nova_actions.', failure['message'])
        self.assertIsNone(db.instance_get(self.context, self.instance_uuid))

    def test_unknown_object(self):
        failure = self.fails(
            'oslo_versionedobjects.exception.UnsupportedObjectError',
            self.wire.classmethod,
            'Instance',
            'get_by_uuid',
            versions={'Instance': '2.8'},
        )
        self.assertEqual(
            'Unsupported object type Instance', failure['message']
        )


class TestClassAction(WireTestCase):
    def test_arguments_by_name(self):
        self.wire.call(
            'object_class_action_versions',
            objname='InstanceAction',
            objmethod='action_start',
            object_versions={'InstanceAction': '1.2'},
            args=[],
            kwargs={
                'instance_uuid': self.instance_uuid,
                'action_name': 'create',
                'want_result': False,
            },
        )
        found = self.wire.classmethod(
            'InstanceAction',
            'get_by_request_id',
            request_id='req-minimal',
            instance_uuid=self.instance_uuid,
        )
        self.assertEqual('create', found['nova_object.data']['action'])

    def test_no_result_wanted(self):
        self.assertIsNone(self.start(want_result=False))
        self.assertIsNone(self.step(want_result=False))
        for kwargs in ({}, {'want_result': None}, {'want_result': False}):
            self.assertIsNone(
                self.wire.classmethod(
                    'InstanceActionEvent',
                    'event_finish_with_failure',
                    self.instance_uuid,
                    'one',
                    exc_val=None,
                    exc_tb=None,
                    **kwargs,
                )
            )
        self.assertIsNone(
            self.wire.classmethod(
                'InstanceActionEvent',
                'event_finish',
                self.instance_uuid,
                'one',
                want_result=False,
            )
        )
        self.assertIsNone(
            self.wire.classmethod(
                'InstanceAction',
                'action_finish',
                self.instance_uuid,
                want_result=False,
            )
        )

    def test_missing_action_is_null(self):
        self.start()
        self.assertIsNone(
            self.wire.classmethod(
                'InstanceAction',
                'get_by_request_id',
                self.instance_uuid,
                'req-other',
            )
        )

    def test_text_of_times_in_filters(self):
        self.start()
        for since, count in (
            ('2000-01-01T00:00:00', 1),
            ('2000-01-01T00:00:00.000000', 1),
            ('2100-01-01T00:00:00Z', 0),
        ):
            found = self.wire.classmethod(
                'InstanceActionList',
                'get_by_instance_uuid',
                self.instance_uuid,
                filters={'changes-since': since},
            )
            self.assertEqual(count, len(found['nova_object.data']['objects']))
        self.fails(
            'nova.exception.Invalid',
            self.wire.classmethod,
            'InstanceActionList',
            'get_by_instance_uuid',
            self.instance_uuid,
            filters={'changes-since': 'soon'},
        )

    def test_read_deleted(self):
        self.start()
        for read_deleted, count in (('no', 1), ('yes', 1), ('only', 0)):
            found = self.wire.classmethod(
                'InstanceActionList',
                'get_by_instance_uuid',
                self.instance_uuid,
                ctxt={**wire.MINIMAL, 'read_deleted': read_deleted},
            )
            self.assertEqual(count, len(found['nova_object.data']['objects']))

    def test_failure_moves_the_action(self):
        self.start()
        self.step()
        self.wire.classmethod(
            'InstanceActionEvent',
            'event_finish_with_failure',
            self.instance_uuid,
            'one',
            exc_val='Boom',
            exc_tb='trace',
            want_result=None,
        )
        action = self.wire.classmethod(
            'InstanceAction',
            'get_by_request_id',
            self.instance_uuid,
            'req-minimal',
        )['nova_object.data']
        event = self.wire.classmethod(
            'InstanceActionEventList',
            'get_by_action',
            action['id'],
            ctxt=wire.ADMIN,
        )['nova_object.data']['objects'][0]
        event = event['nova_object.data']
        self.assertEqual('Error', action['message'])
        self.assertEqual(event['finish_time'], action['updated_at'])
        self.assertEqual(
            ('Error', 'Boom', 'trace'),
            (event['result'], event['details'], event['traceback']),
        )


class TestObjectAction(WireTestCase):
    def test_updates_at_the_version_of_the_object(self):
        found = self.start(versions={'InstanceAction': '1.2'})
        updates, result = self.wire.method(found, 'finish')
        self.assertIsNone(result)
        self.assertEqual([], updates['obj_what_changed'])
        self.assertRegex(updates['finish_time'], SECONDS)
        self.assertLess(set(updates) - {'obj_what_changed'}, ACTION)

    def test_updates_at_our_version(self):
        found = self.start(versions={'InstanceAction': '1.3'})
        updates, _result = self.wire.method(found, 'finish')
        self.assertRegex(updates['finish_time'], MICROSECONDS)
        self.assertEqual('succeeded', updates['status'])
        self.assertNotIn('action', updates)

    def test_version_of_three_parts(self):
        """X.Y.Z counts as X.Y; fields unknown here are dropped."""
        self.start()
        updates, _result = self.wire.method(
            primitive(
                'InstanceAction',
                '1.2.7',
                [],
                odd=1,
                instance_uuid=self.instance_uuid,
                request_id='req-minimal',
            ),
            'finish',
        )
        self.assertEqual(
            ACTION | {'obj_what_changed'},
            set(updates) | {'instance_uuid', 'request_id'},
        )

    def test_create_stores_what_is_set(self):
        self.start()
        sent = {
            'action': 'resize',
            'instance_uuid': self.instance_uuid,
            'request_id': 'req-copied',
            'user_id': 'u',
            'project_id': None,
            'message': 'Error',
            'start_time': '2026-01-02T03:04:05Z',
            'finish_time': '2026-01-02T03:04:06Z',
            'created_at': '2026-01-02T03:04:07Z',
            'updated_at': '2026-01-02T03:04:08Z',
        }
        updates, _result = self.wire.method(
            primitive('InstanceAction', '1.2', list(sent), **sent),
            'create',
            ctxt=wire.ADMIN,
        )
        self.assertIsInstance(updates['id'], int)
        stored = self.wire.classmethod(
            'InstanceAction',
            'get_by_request_id',
            self.instance_uuid,
            'req-copied',
        )['nova_object.data']
        self.assertEqual(sent, {name: stored[name] for name in sent})

    def test_create_twice(self):
        found = self.start()
        failure = self.fails(
            'nova.exception.ObjectActionError',
            self.wire.method,
            found,
            'create',
        )
        self.assertEqual(
            {'action': 'create', 'reason': 'already created'},
            failure['kwargs'],
        )

    def test_event(self):
        self.start()
        step = self.step(ctxt=wire.MINIMAL)
        updates, result = self.wire.method(
            step, 'finish_with_failure', 'Boom', 'trace'
        )
        self.assertIsNone(result)
        self.assertEqual('Error', updates['result'])
        again = self.step('two')
        updates, _result = self.wire.method(again, 'finish')
        self.assertEqual('Success', updates['result'])

    def test_finish_means_the_objects_own_request(self):
        found = self.start()
        self.wire.method(
            found, 'finish', ctxt={**wire.MINIMAL, 'request_id': 'req-other'}
        )
        stored = self.wire.classmethod(
            'InstanceAction',
            'get_by_request_id',
            self.instance_uuid,
            'req-minimal',
        )['nova_object.data']
        self.assertIsNotNone(stored['finish_time'])


class TestBackport(WireTestCase):
    def backport(
        self, objinst: dict[str, Any], **versions: str
    ) -> dict[str, Any]:
        found: dict[str, Any] = self.wire.call(
            'object_backport_versions',
            objinst=objinst,
            object_versions=versions,
        )
        return found

    def test_unset_stays_unset(self):
        """And of the changes what is left."""
        found = self.backport(
            primitive(
                'InstanceActionEvent',
                '1.5',
                ['event', 'details', 'uuid'],
                event='x',
                details='y',
                uuid='z',
                host='h',
                start_time='2026-01-02T03:04:05.678901Z',
            ),
            InstanceActionEvent='1.3',
        )
        self.assertEqual(
            primitive(
                'InstanceActionEvent',
                '1.3',
                ['event'],
                event='x',
                host='h',
                start_time='2026-01-02T03:04:05Z',
            ),
            found,
        )

    def test_children(self):
        event = primitive(
            'InstanceActionEvent', '1.5', event='x', details='y', host='h'
        )
        steps = primitive('InstanceActionEventList', '1.2', objects=[event])
        found = self.backport(
            steps, InstanceActionEventList='1.2', InstanceActionEvent='1.2'
        )
        self.assertEqual(
            primitive('InstanceActionEvent', '1.2', event='x', host='h'),
            found['nova_object.data']['objects'][0],
        )
        action = primitive('InstanceAction', '1.3', action='a', events=steps)
        found = self.backport(
            action,
            InstanceAction='1.3',
            InstanceActionEventList='1.1',
            InstanceActionEvent='1.4',
        )
        steps = found['nova_object.data']['events']
        self.assertEqual('1.1', steps['nova_object.version'])
        self.assertEqual(
            primitive(
                'InstanceActionEvent', '1.4', event='x', host='h', details='y'
            ),
            steps['nova_object.data']['objects'][0],
        )
        self.assertEqual(
            primitive('InstanceAction', '1.2', action='a'),
            self.backport(action, InstanceAction='1.2'),
        )

    def test_upwards(self):
        old = primitive('InstanceAction', '1.2', action='a')
        child = primitive('InstanceActionList', '1.2', objects=[old])
        for objinst, versions in (
            (old, {'InstanceAction': '1.3'}),
            (old, {'InstanceAction': '7.0'}),
            (child, {'InstanceActionList': '1.2', 'InstanceAction': '1.3'}),
        ):
            self.fails(
                'oslo_versionedobjects.exception.InvalidTargetVersion',
                self.backport,
                objinst,
                **versions,
            )

    def test_newer_than_ours(self):
        """Refused at once; the conductor asks nobody, least itself."""
        for version in ('1.4', '1.99', '2.0'):
            newer = primitive('InstanceAction', version, action='a')
            name = 'oslo_versionedobjects.exception.IncompatibleObjectVersion'
            failure = self.fails(
                name, self.backport, newer, InstanceAction='1.2'
            )
            self.assertIn('InstanceAction', failure['message'])
            self.assertNotIn('nova_actions.', failure['message'])
            self.fails(name, self.wire.method, newer, 'create')
            self.fails(
                name,
                self.backport,
                primitive('InstanceActionList', '1.1', objects=[newer]),
                InstanceActionList='1.1',
            )


class TestContexts(WireTestCase):
    def test_minimal(self):
        ctxt = {
            'user_id': 'u',
            'project_id': 'p',
            'is_admin': False,
            'request_id': 'req-1',
        }
        found = self.start(ctxt=ctxt)['nova_object.data']
        self.assertEqual(
            ('u', 'p', 'req-1'),
            tuple(
                found[name] for name in ('user_id', 'project_id', 'request_id')
            ),
        )

    def test_null_user_and_project(self):
        self.start()
        found = self.wire.classmethod(
            'InstanceAction',
            'action_start',
            self.instance_uuid,
            'reboot',
            ctxt=wire.ADMIN,
        )['nova_object.data']
        self.assertIsNone(found['user_id'])
        self.assertIsNone(found['project_id'])

    def test_unknown_keys(self):
        found = self.start(
            ctxt={
                **wire.MINIMAL,
                'service_catalog': [{'type': 'x'}],
                'quota_class': None,
                'remote_address': '::1',
                'future': {'a': 1},
                'auth_token': 'gAAA-secret',
            }
        )
        self.assertNotIn('secret', str(found))

    def test_timestamp_is_the_start(self):
        found = self.start(
            ctxt={**wire.MINIMAL, 'timestamp': '2026-01-02T03:04:05.678901'}
        )
        data = found['nova_object.data']
        self.assertEqual(
            ['2026-01-02T03:04:05Z'] * 2,
            [data['start_time'], data['updated_at']],
        )
        row = db.action_get(self.context, self.instance_uuid, 'req-minimal')
        self.assertEqual(
            datetime.datetime(2026, 1, 2, 3, 4, 5, 678901),
            row['start_time'] if row else None,
        )


class TestFailures(WireTestCase):
    def test_novas(self):
        self.start()
        other = {**wire.MINIMAL, 'request_id': 'req-other'}
        failure = self.fails(
            'nova.exception.InstanceActionNotFound', self.step, ctxt=other
        )
        self.assertEqual(
            {'request_id': 'req-other', 'instance_uuid': self.instance_uuid},
            failure['kwargs'],
        )
        self.assertEqual([failure['message']], failure['args'])
        self.assertEqual(
            'Action for request_id req-other on instance '
            f'{self.instance_uuid} not found',
            failure['message'],
        )
        failure = self.fails(
            'nova.exception.InstanceActionEventNotFound',
            self.wire.classmethod,
            'InstanceActionEvent',
            'event_finish',
            self.instance_uuid,
            'one',
        )
        self.assertEqual({'action_id': 1, 'event': 'one'}, failure['kwargs'])
        self.assertEqual([failure['message']], failure['args'])
        self.fails(
            'nova.exception.MarkerNotFound',
            self.wire.classmethod,
            'InstanceActionList',
            'get_by_instance_uuid',
            self.instance_uuid,
            marker='req-none',
        )
        self.fails(
            'nova.exception.InstanceActionEventNotFound',
            self.wire.classmethod,
            'InstanceActionEvent',
            'get_by_id',
            1,
            99,
        )

    def test_forbidden(self):
        self.start()
        stranger = {**wire.MINIMAL, 'project_id': 'other'}
        known = self.fails(
            'nova.exception.PolicyNotAuthorized', self.start, ctxt=stranger
        )
        self.assertEqual({'action'}, set(known['kwargs']))

    def test_nothing_of_where_it_happened(self):
        failure = self.fails(
            'nova.exception.Invalid',
            self.wire.classmethod,
            'InstanceAction',
            'get_by_request_id',
            'x',
            'y',
        )
        self.assertLessEqual(len(failure['tb']), 4)
        self.assertNotIn('sqlalchemy', ''.join(failure['tb']))
