# SPDX-License-Identifier: Apache-2.0
"""Answers of Nova's own API."""

from osc_lib import exceptions
from oslotest import base

from nova_actions_client import compute
from nova_actions_client import record
from nova_actions_client.tests.unit import web

SERVER = '7e110000-0000-4000-8000-000000000000'
PATH = f'/servers/{SERVER}/os-instance-actions'
SERVERS = {
    'servers': [
        {'id': SERVER, 'name': 'web'},
        {'id': 'a', 'name': 'twin'},
        {'id': 'b', 'name': 'twin'},
    ]
}


def action(number, **values):
    return {
        'action': 'reboot',
        'request_id': f'req-{number}',
        'instance_uuid': SERVER,
        'start_time': f'2026-11-26T21:04:{number:02}.000000',
        'message': None,
        'user_id': 'u',
        'project_id': 'p',
        **values,
    }


def event(start, end, result=record.SUCCESS, **values):
    return {
        'event': 'compute_x',
        'start_time': f'2026-11-26T21:04:{start:02}.000000',
        'finish_time': end and f'2026-11-26T21:04:{end:02}.000000',
        'result': end and result,
        **values,
    }


class TestLog(base.BaseTestCase):
    def log(self, *actions, **shown):
        return compute.Log(
            web.service(
                {
                    '/servers': (200, SERVERS),
                    PATH: (200, {'instanceActions': actions}),
                    f'{PATH}/req-1': (
                        200,
                        {'instanceAction': action(1, **shown)},
                    ),
                }
            )
        )

    def test_a_list_of_a_server(self):
        log = self.log(*map(action, (3, 2, 1)))
        for query in ({'server': SERVER}, {'server_name': 'web'}):
            found = log.actions(query, 2)
            self.assertTrue(found.more)
            self.assertEqual(
                ['req-3', 'req-2'], [each.request for each in found]
            )

    def test_what_nova_cannot_be_asked(self):
        for query in ({}, {'server': SERVER, 'host': 'x'}):
            self.assertRaises(
                exceptions.CommandError, self.log().actions, query, None
            )

    def test_a_name_must_be_of_one_server(self):
        for name in ('twin', 'nobody'):
            self.assertRaises(exceptions.CommandError, self.log().server, name)

    def test_a_name_in_all_projects(self):
        for all_projects, asked in ((False, False), (True, True)):
            log = self.log(action(1))
            (found,) = log.of_server('web', 'reboot', all_projects)
            self.assertEqual('req-1', found.request)
            _path, query = log._service._session.asked[0]
            self.assertEqual(asked, 'all_tenants' in query)

    def test_status_and_end_follow_from_the_steps(self):
        for events, status, duration in (
            ([event(1, 2), event(3, 5)], record.SUCCEEDED, 4.0),
            ([event(1, 2, record.ERROR), event(3, 5)], record.RETRIED, 4.0),
            ([event(1, 2, record.ERROR)], record.FAILED, 1.0),
            ([event(1, None)], record.RUNNING, None),
        ):
            found = self.log(events=events).action('req-1', SERVER)
            self.assertEqual(
                (status, duration), (found.status, found.duration)
            )
            self.assertEqual(len(events), found.attempts)

    def test_without_steps_only_a_failure_is_known(self):
        for message, status in ((None, None), ('Error', record.FAILED)):
            found = self.log(message=message).action('req-1', SERVER)
            self.assertEqual((status, None), (found.status, found.steps))


class TestIsAt(base.BaseTestCase):
    def test_it(self):
        for answers, found in (
            ({'/v2.1/': web.version('v2.1')}, True),
            ({'/v2.1/': (200, {'version': {'id': 'v3'}})}, False),
            ({}, False),
        ):
            self.assertEqual(found, compute.is_at(web.service(answers)))
