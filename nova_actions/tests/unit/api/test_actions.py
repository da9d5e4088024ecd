# SPDX-License-Identifier: Apache-2.0
import uuid

from nova_actions import context
from nova_actions.objects import instance_action
from nova_actions.tests.unit.api import base


class ShowTest(base.ApiTestCase):
    def found(self, **params):
        return self.get('/v1/actions', **params).json['actions']

    def show(self, identifier, token=base.READER, **params):
        return self.get(f'/v1/actions/{identifier}', token, **params)

    def test_identifiers(self):
        request_id = self.record('create')
        [row] = self.found()
        for identifier in (
            row['uuid'],
            row['uuid'].upper(),
            row['uuid'][:8],
            row['uuid'][:13],
            request_id,
        ):
            answer = self.show(identifier)
            self.assertEqual(200, answer.status_code, identifier)
            self.assertEqual(row['uuid'], answer.json['action']['uuid'])
        for identifier in (row['uuid'][:7], 'x', '%00', str(uuid.uuid4())):
            self.assertEqual(404, self.show(identifier).status_code)
            self.assertEqual(
                404, self.show(identifier, base.STRANGER).status_code
            )
        self.assertEqual(
            404, self.show(row['uuid'], base.STRANGER).status_code
        )

    def test_ambiguous(self):
        request_id = self.record('create')
        self.record('reboot', request_id=request_id)
        answer = self.show(request_id)
        self.assertEqual(409, answer.status_code)
        self.assertEqual(
            {row['uuid'] for row in self.found()},
            {
                each['uuid']
                for each in answer.json['conflictingRequest']['candidates']
            },
        )
        # What a stranger has makes nothing ambiguous, nor is it told.
        self.assertEqual(404, self.show(request_id, base.STRANGER).status_code)
        self.assertEqual(403, self.show(request_id, base.BARE).status_code)

    def test_steps_in_pages(self):
        caller = context.RequestContext(
            user_id='user', project_id=base.PROJECT, roles=['member']
        )
        instance_action.InstanceAction.action_start(
            caller, self.server, 'create'
        )
        event = instance_action.instance_action_event.InstanceActionEvent
        for host in ('a', 'b', 'c'):
            event.event_start(caller, self.server, 'step', host=host)
            event.event_finish(caller, self.server, 'step', host=host)
        steps, path = [], f'/v1/actions/{caller.request_id}?limit=2'
        while path:
            answer = self.get(path, base.ADMIN).json
            steps += answer['action']['events']
            path = (
                answer['links'][0]['href'].partition('.org')[2]
                if (answer['links'])
                else None
            )
        self.assertEqual(
            [(1, 'a'), (2, 'b'), (3, 'c')],
            [(step['attempt'], step['host']) for step in steps],
        )
        self.assertEqual(
            [True, False, False], [step['gap'] is None for step in steps]
        )
        self.assertNotIn(
            'host', self.show(caller.request_id).json['action']['events'][0]
        )
        self.assertEqual(
            400,
            self.show(caller.request_id, query_string='marker=x').status_code,
        )

    def test_what_caused_it(self):
        caller = context.RequestContext(
            user_id='user', project_id=base.PROJECT, roles=['member']
        )
        instance_action.InstanceAction.action_start(
            caller, self.server, 'create'
        )
        event = instance_action.instance_action_event.InstanceActionEvent
        event.event_start(caller, self.server, 'step')
        try:
            try:
                try:
                    raise KeyError('volume-7')
                except KeyError as error:
                    raise TimeoutError('no answer\nfor 5 s') from error
            except TimeoutError as error:
                raise ValueError('it failed') from error
        except ValueError as error:
            event.event_finish_with_failure(
                caller, self.server, 'step', error, error.__traceback__
            )
        [step] = self.show(caller.request_id, base.ADMIN).json['action'][
            'events'
        ]
        self.assertEqual(
            [
                {
                    'error_type': 'TimeoutError',
                    'message': 'no answer\nfor 5 s',
                },
                {'error_type': 'KeyError', 'message': "'volume-7'"},
            ],
            step['causes'],
        )
        [step] = self.show(caller.request_id).json['action']['events']
        self.assertNotIn('causes', step)

    def test_what_is_usual_and_what_is_alike(self):
        for _each in range(3):
            self.record('create')
        failed = self.record('reboot', error='boom')
        self.record('reboot', error='boom')
        other = str(uuid.uuid4())
        self.record('create', server=other, project=base.OTHER)
        self.record('reboot', server=other, project=base.OTHER, error='boom')
        running = context.RequestContext(
            user_id='user', project_id=base.PROJECT, roles=['member']
        )
        instance_action.InstanceAction.action_start(
            running, self.server, 'create'
        )
        usual = self.show(running.request_id).json['action']['usual']
        self.assertEqual(3, usual['count'])
        self.assertLessEqual(usual['p50'], usual['p95'])
        self.assertEqual(
            {'count': 1, 'hours': 24},
            self.show(failed).json['action']['alike'],
        )
        # Callers who may list all projects see them.
        self.assertEqual(
            {'count': 2, 'hours': 24, 'hosts': {'host1': 2}},
            self.show(failed, base.ADMIN).json['action']['alike'],
        )
