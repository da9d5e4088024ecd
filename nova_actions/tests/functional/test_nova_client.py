# SPDX-License-Identifier: Apache-2.0
"""Nova's own client library, unmodified, against our conductor."""

import json
import os
import pathlib
import subprocess
from typing import Any

import sqlalchemy as sa
from falcon import testing

from nova_actions.api import app
from nova_actions.db import api as db
from nova_actions.objects import sent_error
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import peer

SCRIPTS = pathlib.Path(__file__).parent / 'nova_client'
_PERSISTENT = {'created_at', 'updated_at', 'deleted_at', 'deleted'}
ACTION = _PERSISTENT | {
    'id',
    'action',
    'instance_uuid',
    'request_id',
    'user_id',
    'project_id',
    'start_time',
    'finish_time',
    'message',
}
EVENT = _PERSISTENT | {
    'id',
    'event',
    'action_id',
    'start_time',
    'finish_time',
    'result',
    'traceback',
    'host',
    'details',
}


def run_nova(
    script: str, *arguments: str, **environment: str
) -> dict[str, Any]:
    """Run a script by Nova's Python and return what it saw."""
    done = subprocess.run(
        [peer.nova(), SCRIPTS / script, *arguments],
        text=True,
        capture_output=True,
        timeout=patience.PATIENCE,
        check=False,
        env={**os.environ, 'PYTHONWARNINGS': 'ignore', **environment},
    )
    if done.returncode:
        raise AssertionError(done.stderr[-4000:])
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


class NovaTestCase(base.ObjectTestCase):
    """A conductor on a bus of its own, on Nova's topic."""

    def setUp(self) -> None:
        super().setUp()
        peer.nova()
        url = self.useFixture(fixtures.Rabbit()).url
        self.conf.set_override('transport_url', url)
        self.conf.set_override('topic', 'conductor', group='conductor')
        self.conductor = self.useFixture(fixtures.Conductor(self.conf))
        self.url = url

    def run_scenario(self, name: str) -> dict[str, Any]:
        return run_nova('compute.py', self.url, name, self.instance_uuid)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with db.engine().connect() as connection:
            return [
                dict(row)
                for row in connection.execute(
                    sa.text(f'SELECT * FROM {table} ORDER BY id')
                ).mappings()
            ]

    def check_object(
        self,
        primitive: dict[str, Any],
        name: str,
        version: str,
        fields: set[str],
    ) -> dict[str, Any]:
        self.assertEqual(
            (name, 'nova', version),
            tuple(
                primitive[f'nova_object.{key}']
                for key in ('name', 'namespace', 'version')
            ),
        )
        self.assertNotIn('nova_object.changes', primitive)
        data: dict[str, Any] = primitive['nova_object.data']
        self.assertEqual(fields, set(data))
        for field in ('created_at', 'updated_at', 'start_time'):
            if data.get(field) is not None:
                self.assertRegex(
                    data[field], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'
                )
        return data


class TestNovaClient(NovaTestCase):
    def test_reporter(self) -> None:
        """EventReporter and wrap_instance_event, by users and by nobody."""
        seen = self.run_scenario('reporter')
        self.assertIsNone(seen['start'])
        self.assertEqual(
            'nova.exception.InstanceRebootFailure', seen['fail']['error']
        )
        self.assertEqual(
            ('rebooted', 'rebooted'), (seen['retry'], seen['system'])
        )
        actions = self.rows('instance_actions')
        self.assertEqual(
            [
                ('create', 'succeeded'),
                ('reboot', 'succeeded_after_retry'),
                ('system', 'succeeded'),
            ],
            [(row['action'], row['status']) for row in actions],
        )
        self.assertEqual(seen['request_id'], actions[1]['request_id'])
        self.assertEqual(seen['system_request_id'], actions[2]['request_id'])
        self.assertEqual('Nora', actions[1]['user_name'])
        events = self.rows('instance_actions_events')
        self.assertEqual(
            ['Success', 'Error', 'Success', 'Success'],
            [row['result'] for row in events],
        )
        self.assertEqual({'nova-host'}, {row['host'] for row in events})
        self.assertEqual(
            'Failed to reboot instance: no such disk', events[1]['details']
        )
        self.assertIn('in reboot_instance', events[1]['traceback'])
        self.assertNotIn('secret-token', str((actions, events)))
        self.check_shown(seen['request_id'])

    def check_shown(self, request_id: str) -> None:
        """Our REST API shows what was reported."""
        self.conf.set_override('auth_strategy', 'noauth2', group='api')
        application = app.create(self.conf)
        # Falcon's client wants a function to look at.
        client = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        )
        shown = client.simulate_get(
            f'/v2.1/servers/{self.instance_uuid}/os-instance-actions/'
            f'{request_id}',
            headers={
                'X-Auth-Token': 'root:nova-project:admin',
                'OpenStack-API-Version': 'compute 2.104',
            },
        )
        action = shown.json['instanceAction']
        self.assertEqual('reboot', action['action'])
        self.assertEqual('nova-user', action['user_id'])
        self.assertEqual(
            [
                ('compute_reboot_instance', 'Success', 'nova-host'),
                ('compute_reboot_instance', 'Error', 'nova-host'),
            ],
            [
                (event['event'], event['result'], event['host'])
                for event in action['events']
            ],
        )
        self.assertEqual(
            'Failed to reboot instance: no such disk',
            action['events'][1]['details'],
        )

    def test_every_remotable(self) -> None:
        seen = self.run_scenario('remotables')
        for name in (
            'action_start',
            'get_by_request_id',
            'finished',
            'action_finish',
            'created',
        ):
            self.check_object(seen[name], 'InstanceAction', '1.2', ACTION)
        for name in (
            'event_start',
            'event_finish',
            'get_by_id',
            'created_event',
        ):
            self.check_object(seen[name], 'InstanceActionEvent', '1.4', EVENT)
        for name in (
            'event_start_silent',
            'event_finish_silent',
            'finish',
            'event_object_finish',
            'create',
            'create_event',
        ):
            self.assertIsNone(seen[name], name)
        listed = self.check_object(
            seen['list'], 'InstanceActionList', '1.1', {'objects'}
        )
        self.check_object(
            listed['objects'][0], 'InstanceAction', '1.2', ACTION
        )
        steps = self.check_object(
            seen['get_by_action'],
            'InstanceActionEventList',
            '1.1',
            {'objects'},
        )['objects']
        self.assertEqual(
            ['two', 'one'],
            [
                self.check_object(step, 'InstanceActionEvent', '1.4', EVENT)[
                    'event'
                ]
                for step in steps
            ],
        )
        self.assertEqual([], seen['list_none']['nova_object.data']['objects'])
        self.assertIsNotNone(
            seen['finished']['nova_object.data']['finish_time']
        )
        self.check_copies(seen)

    def check_copies(self, seen: dict[str, Any]) -> None:
        self.assertEqual(
            'nova.exception.ObjectActionError', seen['create_again']['error']
        )
        self.assertIn('already created', seen['create_again']['text'])
        first, copied = (
            seen[name]['nova_object.data'] for name in ('finished', 'created')
        )
        for name in ACTION - {'id', 'request_id'}:
            self.assertEqual(first[name], copied[name], name)
        first, copied = (
            seen[name]['nova_object.data']
            for name in ('get_by_id', 'created_event')
        )
        for name in EVENT - {'id', 'action_id'}:
            self.assertEqual(first[name], copied[name], name)

    def test_failures(self) -> None:
        """Errors that Nova has are rebuilt as its own classes."""
        seen = self.run_scenario('failures')
        expected = {
            'no_action': (
                'InstanceActionNotFound',
                {'instance_uuid', 'request_id'},
            ),
            'no_finish': (
                'InstanceActionNotFound',
                {'instance_uuid', 'request_id'},
            ),
            'no_event': (
                'InstanceActionEventNotFound',
                {'action_id', 'event'},
            ),
            'no_event_id': (
                'InstanceActionEventNotFound',
                {'action_id', 'event'},
            ),
            'event_finish': (
                'InstanceActionEventNotFound',
                {'action_id', 'event'},
            ),
            'no_instance': ('InstanceNotFound', {'instance_id'}),
            'no_marker': ('MarkerNotFound', {'marker'}),
            'forbidden': ('PolicyNotAuthorized', {'action'}),
            'invalid': ('Invalid', {'argument', 'reason'}),
        }
        for name, (error, kwargs) in expected.items():
            self.assertEqual(f'nova.exception.{error}', seen[name]['error'])
            # Nova's base class adds the code on its own.
            self.assertEqual(kwargs | {'code'}, set(seen[name]['kwargs']))
        self.assertIn(self.instance_uuid, seen['no_action']['text'])
        self.assertIsNone(seen['missing'])
        self.assertEqual(
            [], seen['unknown_action']['nova_object.data']['objects']
        )
        self.assertEqual('UnsupportedObjectError', seen['not_ours']['remote'])
        self.assertNotIn('nova_actions.Instance', seen['not_ours']['text'])
        self.assertEqual([], self.rows('instance_actions_events'))

    def test_tracebacks(self) -> None:
        """However the error is given, readable text of it is stored."""
        seen = self.run_scenario('tracebacks')
        rows = {
            row['event']: row for row in self.rows('instance_actions_events')
        }
        message = 'Failed to reboot instance: no such disk'
        for name, result, details in (
            ('keyword', 'Error', message),
            ('position', 'Error', message),
            ('text', 'Error', 'some text'),
            ('value_error', 'Error', 'ValueError'),
            ('no_trace', 'Success', None),
            ('nothing', 'Success', None),
        ):
            self.assertIsNone(seen[name])
            self.assertEqual(
                (result, details),
                (rows[name]['result'], rows[name]['details']),
                name,
            )
        self.assertIn('in tracebacks', rows['keyword']['traceback'])
        self.assertEqual(sent_error.NO_TEXT, rows['position']['traceback'])
        self.assertEqual('some trace', rows['text']['traceback'])


class TestOneProcess(NovaTestCase):
    """Importing ours leaves Nova's objects as they were, and ours too."""

    def check(self, order: str) -> None:
        seen = run_nova(
            'beside.py',
            self.url,
            order,
            self.instance_uuid,
            PYTHONPATH=str(SCRIPTS.parents[3]),
        )
        self.assertTrue(seen['same'])
        self.assertEqual(
            [64, 'nova', 10, 10, ['GET', 'PUT', 'POST', 'DELETE', 'PATCH']],
            seen['options'],
        )
        self.check_object(seen['nova'], 'InstanceAction', '1.2', ACTION)
        nova = 'nova.objects.instance_action.InstanceAction'
        ours = 'nova_actions.objects.instance_action.InstanceAction'
        self.assertEqual([f'{nova}List', nova], seen['nova_kinds'])
        self.assertEqual([f'{ours}List', ours], seen['our_kinds'])
        self.assertEqual(['1.2', '1.3'], seen['our_versions'])
        self.assertEqual(
            {
                f'nova_actions.{name}'
                for name in (
                    'InstanceAction',
                    'InstanceActionEvent',
                    'InstanceActionEventList',
                )
            },
            set(seen['our_manifest']),
        )
        self.assertEqual(['reboot', 'create'], seen['actions'])
        self.assertIn(self.instance_uuid, seen['our_error'])
        self.assertEqual(nova, seen['nova_again'])
        self.assertEqual(
            'nova.exception.InstanceActionNotFound',
            seen['nova_error']['error'],
        )

    def test_ours_first(self) -> None:
        self.check('ours')

    def test_novas_first(self) -> None:
        self.check('novas')
