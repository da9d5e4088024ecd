# SPDX-License-Identifier: Apache-2.0
"""Answers of the API ``/v1``."""

from oslotest import base

from nova_actions_client import http
from nova_actions_client import log
from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client.tests.unit import made
from nova_actions_client.tests.unit import web

COMPLETE = {
    'purged_before': None,
    'follow_lag': None,
    'silent_host_count': 0,
    'silent_cell_count': 0,
}


def action(number, **values):
    return {
        'uuid': f'{number:08}-0000-4000-8000-000000000000',
        'server': 's',
        'server_name': 'web',
        'action': 'reboot',
        'status': record.SUCCEEDED,
        'started_at': moment.iso(made.at(number)),
        'finished_at': moment.iso(made.at(number + 1)),
        'updated_at': None,
        'duration': 1.0,
        'user_id': 'u',
        'user_name': None,
        'project_id': 'p',
        'request_id': f'req-{number}',
        'global_request_id': None,
        'reason': None,
        'attempts': 1,
        **values,
    }


def event(number, **values):
    return {
        'event': f'step-{number}',
        'started_at': moment.iso(made.at(number)),
        'finished_at': None,
        'duration': None,
        'result': None,
        'reason': None,
        'attempt': 1,
        **values,
    }


def pages(key, items, **values):
    """Return the answers of two pages, which link to each other."""
    path = '/v1/actions'
    return {
        path: (
            200,
            {
                key: items[:2],
                'links': [
                    {'rel': 'next', 'href': f'{web.ROOT}{path}?cursor=2'}
                ],
                'completeness': COMPLETE,
            },
        ),
        f'{path}?cursor=2': (
            200,
            {
                key: items[2:],
                'links': [],
                'completeness': {**COMPLETE, **values},
            },
        ),
    }


class TestActions(base.BaseTestCase):
    def listed(self, limit, **values):
        items = [action(number) for number in range(3)]
        found = log.Log(
            web.service(pages('actions', items, **values))
        ).actions({'action': 'reboot'}, limit)
        return found, [each.request for each in found]

    def test_all_pages(self):
        found, requests = self.listed(None)
        self.assertEqual(['req-0', 'req-1', 'req-2'], requests)
        self.assertFalse(found.more)

    def test_a_limit(self):
        found, requests = self.listed(2)
        self.assertEqual(['req-0', 'req-1'], requests)
        self.assertTrue(found.more)

    def test_what_may_be_missing(self):
        found, _ = self.listed(
            None,
            silent_host_count=2,
            silent_hosts=['a', '\x1b'],
            silent_cell_count=1,
            follow_lag=log.LAG,
            purged_before='2026-01-31T22:00:00.000000Z',
        )
        hosts, cells, lag, purged = found.incomplete
        self.assertEqual('silent hosts: 2 (a, \ufffd)', hosts)
        self.assertEqual('silent cells: 1', cells)
        self.assertIn(moment.took(log.LAG), lag)
        self.assertIn('2026-01-31T22:00:00Z', purged)
        self.assertEqual([], self.listed(None)[0].incomplete)

    def test_the_newest_of_all_projects_where_that_is_allowed(self):
        service = web.service(
            {'/v1/actions': (403, {'forbidden': {'message': 'no'}})}
        )
        self.assertRaises(
            http.Refused, list, log.Log(service).newest({'action': 'x'})
        )
        self.assertEqual(
            [True, False],
            [
                'all_projects' in query
                for _path, query in service._session.asked
            ],
        )

    def service(self, answers):
        """Return a service that has some actions for each query."""
        return web.service(
            {
                f'/v1/actions{query}': (
                    200,
                    {
                        'actions': found,
                        'links': [],
                        'completeness': COMPLETE,
                    },
                )
                for query, found in answers.items()
            }
        )

    def test_a_server_of_the_own_project_comes_first(self):
        for own, all_projects, number, asked in (
            ([action(1)], False, 1, [False]),
            ([], False, 2, [False, True]),
            ([action(1)], True, 2, [True]),
        ):
            service = self.service(
                {
                    '': own,
                    '?server_name=web&all_projects=true&limit=1': [action(2)],
                }
            )
            (found,) = log.Log(service).of_server('web', None, all_projects)
            self.assertEqual(action(number)['uuid'], found.id)
            self.assertEqual(
                asked,
                [
                    'all_projects' in query
                    for _path, query in service._session.asked
                ],
            )

    def test_an_own_server_that_has_no_such_action_yet(self):
        service = self.service(
            {
                '?server_name=web&limit=1': [action(1)],
                '?server_name=web&action=resize&limit=1': [],
            }
        )
        self.assertEqual(
            [], [*log.Log(service).of_server('web', 'resize', False)]
        )


class TestAction(base.BaseTestCase):
    def test_all_steps(self):
        shown = {**action(1), 'usual': None, 'alike': None}
        path = '/v1/actions/req-1'
        service = web.service(
            {
                path: (
                    200,
                    {
                        'action': {**shown, 'events': [event(1)]},
                        'links': [
                            {'rel': 'next', 'href': f'{web.ROOT}{path}?c=1'}
                        ],
                    },
                ),
                f'{path}?c=1': (
                    200,
                    {
                        'action': {
                            **shown,
                            'events': [event(2, host='h', attempt=2)],
                        },
                        'links': [],
                    },
                ),
            }
        )
        found = log.Log(service).action('req-1')
        self.assertEqual(
            [('step-1', None, 1), ('step-2', 'h', 2)],
            [(each.event, each.host, each.attempt) for each in found.steps],
        )
        self.assertEqual((made.at(1), None), (found.start, found.hosts))

    def test_unknown_and_ambiguous(self):
        self.assertRaises(log.NotFound, log.Log(web.service({})).action, 'x')
        service = web.service(
            {'/v1/actions/x': (409, {'conflict': {'message': 'a or b'}})}
        )
        refused = self.assertRaises(http.Refused, log.Log(service).action, 'x')
        self.assertIn('a or b', str(refused))
