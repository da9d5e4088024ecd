# SPDX-License-Identifier: Apache-2.0
"""List and show, over a real database."""

import datetime
import hashlib
import uuid
from unittest import mock
from urllib import parse

import sqlalchemy as sa

from nova_actions import context
from nova_actions.api import instance_actions
from nova_actions.api import views
from nova_actions.cmd import action as commands
from nova_actions.db import api as db_api
from nova_actions.db import page
from nova_actions.db.models import EVENTS
from nova_actions.objects import base as objects_base
from nova_actions.tests import fixtures
from nova_actions.tests.unit.api import base


class ListTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.ids = [
            self.record(action)
            for action in ('create', 'reboot', 'stop', 'start', 'lock')
        ][::-1]

    def _list(self, query='', version='2.104', token=base.READER):
        answer = self.get(self.path, token, version, query_string=query)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json

    def _ids(self, *args, **kwargs):
        return [
            action['request_id']
            for action in self._list(*args, **kwargs)['instanceActions']
        ]

    def test_newest_first(self):
        self.assertEqual(self.ids, self._ids())

    def test_fields(self):
        old = {
            'action',
            'instance_uuid',
            'request_id',
            'user_id',
            'project_id',
            'start_time',
            'message',
        }
        for version, fields in (
            ('2.1', old),
            ('2.57', old),
            ('2.58', old | {'updated_at'}),
        ):
            [*_, action] = self._list('', version)['instanceActions']
            self.assertEqual(fields, set(action))
        self.assertRegex(
            action['start_time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$'
        )

    def test_pages(self):
        seen, query = [], 'limit=2'
        while query:
            page = self._list(query)
            seen += [each['request_id'] for each in page['instanceActions']]
            [link] = page.get('links') or [None]
            query = link and parse.urlsplit(link['href']).query
        self.assertEqual(self.ids, seen)

    def test_link(self):
        [link] = self._list('limit=2&changes-since=2026-01-01')['links']
        self.assertEqual('next', link['rel'])
        self.assertEqual(
            f'http://falconframework.org{self.path}?'
            f'changes-since=2026-01-01&limit=2&marker={self.ids[1]}',
            link['href'],
        )

    def test_link_with_project(self):
        path = self.path.replace('v2.1', f'v2.1/{base.PROJECT}')
        [link] = self.get(path, version='2.58', query_string='limit=1').json[
            'links'
        ]
        self.assertEqual(path, parse.urlsplit(link['href']).path)

    def test_limit(self):
        self.assertEqual(
            {'instanceActions': []}, self._list('limit=0&marker=nope')
        )
        self.assertNotIn('links', self._list('limit=6'))
        self.assertIn('links', self._list('limit=5'))

    def test_maximum(self):
        self.conf.set_override('max_limit', 2, group='api')
        [link] = self._list('limit=99')['links']
        self.assertIn('limit=99&', link['href'])
        self.assertEqual(2, len(self._ids()))
        self.assertEqual(5, len(self._ids(version='2.57')))
        self.conf.set_override('max_limit', 0, group='api')
        self.assertEqual({'instanceActions': []}, self._list())

    def test_markers_that_are_none(self):
        for marker in (
            '',
            'nope',
            '%00',
            'x' * 300,
            '%C3%BC',
            self.ids[0].upper(),
            f'{self.ids[0]}%20',
        ):
            answer = self.get(
                self.path, version='2.58', query_string=f'marker={marker}'
            )
            self.assertEqual(400, answer.status_code, marker)
            self.assertEqual(
                403,
                self.get(
                    self.path,
                    base.BARE,
                    '2.58',
                    query_string=f'marker={marker}',
                ).status_code,
            )

    def test_inverted_window(self):
        query = 'changes-since=2026-02-01&changes-before=2026-01-01'
        answer = self.get(
            self.path, version='2.66', query_string=f'{query}&marker=nope'
        )
        self.assertEqual(400, answer.status_code)
        self.assertIn('changes-since', answer.text)
        self.assertEqual(
            403,
            self.get(
                self.path, base.BARE, '2.66', query_string=query
            ).status_code,
        )

    def test_old_versions_look_at_no_parameter(self):
        for query in ('limit=0', 'limit=x', 'foo=1', 'marker=nope'):
            self.assertEqual(self.ids, self._ids(query, '2.57'))
        self.assertEqual(
            400, self.get(self.path, query_string='x=%ff').status_code
        )


class DuplicateTest(base.ApiTestCase):
    """Several actions of one request."""

    def setUp(self):
        super().setUp()
        request_id = self.record('create')
        for action in ('confirmResize', 'delete'):
            self.record(action, request_id=request_id)
        self.record('reboot')

    def test_no_page_repeats(self):
        seen, query = [], 'limit=1'
        for _page in range(5):
            page = self.get(self.path, version='2.58', query_string=query).json
            seen += [each['action'] for each in page['instanceActions']]
            if 'links' not in page:
                break
            query = parse.urlsplit(page['links'][0]['href']).query
        self.assertEqual(['reboot', 'delete', 'confirmResize', 'create'], seen)

    def test_every_action_can_be_shown(self):
        page = self.get(self.path, version='2.58', query_string='limit=3').json
        marker = dict(
            parse.parse_qsl(parse.urlsplit(page['links'][0]['href']).query)
        )['marker']
        shown = self.get(f'{self.path}/{marker}').json['instanceAction']
        self.assertEqual('confirmResize', shown['action'])


class ShowTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.request_id = self.record('create', error='disk full')

    def _show(self, version, token=base.READER):
        answer = self.get(f'{self.path}/{self.request_id}', token, version)
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json['instanceAction']

    def test_fields_of_events(self):
        old = {'event', 'start_time', 'finish_time', 'result'}
        for version, reader, admin in (
            ('2.1', None, old | {'traceback'}),
            ('2.50', None, old | {'traceback'}),
            ('2.51', old, old | {'traceback'}),
            ('2.62', old | {'hostId'}, old | {'hostId', 'traceback', 'host'}),
            (
                '2.84',
                old | {'hostId'},
                old | {'hostId', 'traceback', 'host', 'details'},
            ),
        ):
            for token, fields in ((base.READER, reader), (base.ADMIN, admin)):
                action = self._show(version, token)
                if fields is None:
                    self.assertNotIn('events', action)
                else:
                    self.assertEqual(fields, set(action['events'][0]))

    def test_host_id(self):
        [event] = self._show('2.62')['events']
        self.assertEqual(
            hashlib.sha224(f'{base.PROJECT}host1'.encode()).hexdigest(),
            event['hostId'],
        )

    def test_message(self):
        self.assertEqual('Error', self._show('2.1')['message'])

    def test_missing(self):
        for request_id in ('nope', 'x' * 300, 'a\0b', '%C3%BC'):
            self.assertEqual(
                404, self.get(f'{self.path}/{request_id}').status_code
            )
            self.assertEqual(
                403,
                self.get(f'{self.path}/{request_id}', base.BARE).status_code,
            )

    def test_unknown_parameters(self):
        path = f'{self.path}/{self.request_id}'
        for version, status in (('2.101', 200), ('2.102', 400)):
            self.assertEqual(
                status,
                self.get(
                    path, version=version, query_string='foo=1'
                ).status_code,
            )


class ManyTest(base.ApiTestCase):
    """However much there is, an answer is bounded, in what is read too."""

    def setUp(self):
        super().setUp()
        self.request_id = self.record('create', error='disk full')
        caller = context.get_admin_context()
        self.action = db_api.action_get(caller, self.server, self.request_id)

    def _add(self, count, **values):
        """Add events beside the first, each a second after the other."""
        [event] = self.action['events']
        with db_api.engine().begin() as connection:
            connection.execute(
                sa.insert(EVENTS),
                [
                    {
                        **event,
                        'id': None,
                        'uuid': str(uuid.uuid4()),
                        **values,
                        'event': f'step{number}',
                        'created_at': event['created_at']
                        + datetime.timedelta(seconds=number + 1),
                    }
                    for number in range(count)
                ],
            )

    def _show(self):
        answer = self.get(f'{self.path}/{self.request_id}', base.ADMIN, '2.84')
        self.assertLessEqual(len(answer.content), 5_000_000)
        return answer.json['instanceAction']['events']

    def _shown(self):
        with objects_base.local():
            return commands.shown(
                context.get_admin_context(), self.server, self.request_id
            )['events']

    def test_the_newest_events(self):
        self._add(1200)
        shown = self._show()
        self.assertEqual(
            [f'step{number}' for number in range(1199, 199, -1)],
            [event['event'] for event in shown],
        )
        self.assertEqual(1201, len(self._shown()))

    def test_long_texts(self):
        # Each of them becomes six bytes of JSON.
        self._add(150, traceback='\xfc' * 8000)
        shown = self._show()
        self.assertEqual('step149', shown[0]['event'])
        self.assertLess(50, len(shown))
        self.assertLess(len(shown), 150)
        self.assertEqual(151, len(self._shown()))

    def test_what_is_read(self):
        seen = self.useFixture(fixtures.Statements()).seen
        with mock.patch.object(page, 'EVENT_BYTES', 100):
            self._add(20, traceback='x' * 10, details=None)
            self.assertEqual(10, len(self._show()))
        self.assertTrue(
            [
                each
                for each in seen
                if 'instance_actions_events' in each and 'LIMIT' in each
            ]
        )

    def test_actions(self):
        for _number in range(3):
            self.record()
        with mock.patch.object(instance_actions, 'UNPAGED_LIMIT', 2):
            for version in ('2.1', '2.57'):
                self.assertEqual(
                    2,
                    len(
                        self.get(self.path, version=version).json[
                            'instanceActions'
                        ]
                    ),
                )
        self.assertEqual(
            4, len(self.get(self.path, version='2.58').json['instanceActions'])
        )

    def test_a_page_of_long_actions_goes_on(self):
        for _number in range(6):
            self.record()
        with mock.patch.object(views, 'MAX_BYTES', 1000):
            cut = self.get(self.path).json['instanceActions']
            self.assertLess(1, len(cut))
            self.assertLess(len(cut), 7)
            seen, query = [], ''
            while query is not None:
                answer = self.get(
                    self.path, version='2.58', query_string=query
                ).json
                seen += [
                    each['request_id'] for each in answer['instanceActions']
                ]
                [link] = answer.get('links') or [None]
                query = link and parse.urlsplit(link['href']).query
        self.assertEqual(7, len(set(seen)))
        self.assertEqual(7, len(seen))


class RulesTest(base.ApiTestCase):
    """An operator's policy, field by field."""

    RULES = {
        'os_compute_api:os-instance-actions:events': '!',
        'os_compute_api:os-instance-actions:events:details': '@',
    }

    def test_fields(self):
        request_id = self.record('create', error='disk full')
        for token in (base.READER, base.ADMIN):
            path = f'{self.path}/{request_id}'
            shown = self.get(path, token, '2.84').json['instanceAction']
            self.assertEqual(
                {
                    'event',
                    'start_time',
                    'finish_time',
                    'result',
                    'hostId',
                    'details',
                },
                set(shown['events'][0]),
            )
            self.assertNotIn(
                'events', self.get(path, token, '2.50').json['instanceAction']
            )


class OpenListTest(base.ApiTestCase):
    RULES = {'os_compute_api:os-instance-actions:list': '@'}

    def test_a_foreign_server_stays_foreign(self):
        self.record('create')
        self.assertEqual(404, self.get(self.path, base.STRANGER).status_code)
        self.assertEqual(200, self.get(self.path, base.BARE).status_code)
