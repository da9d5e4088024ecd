# SPDX-License-Identifier: Apache-2.0
"""Nova's real clients, unmodified, against nova-actions-all (noauth2)."""

import json
import pathlib
import sys
from typing import Any

import fixtures as base_fixtures
from oslotest import base

from nova_actions.tests import fixtures
from nova_actions.tests import missing
from nova_actions.tests.functional import client
from nova_actions.tests.functional import process
from nova_actions.tests.functional import record

OURS = '0123456789abcdef0123456789abcdef'
OTHER = 'fedcba9876543210fedcba9876543210'
LATEST = '2.104'


class Cloud(missing.Fixture):
    """nova-actions-all over a database that has a record already."""

    def _setUp(self) -> None:
        self.clients = self.useFixture(client.Clients())
        objects = self.useFixture(fixtures.Objects())
        self.record = record.Record(OURS, OTHER)
        folder = pathlib.Path(self.useFixture(base_fixtures.TempDir()).path)
        conf = folder / 'nova-actions.conf'
        conf.write_text(f'[database]\nconnection = {objects.database.url}\n')
        running = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.all',
                    '--port',
                    '0',
                    '--demo',
                    '--demo-actions',
                    '10',
                    '--config-file',
                    conf,
                ],
                process.clean_environ(XDG_STATE_HOME=str(folder)),
            )
        )
        running.await_line('Serving')
        self.url = running.await_line(r'REST API +(\S+)')[1]
        self.demo = running.await_line('/servers/([^/]+)/')[1]

    def token(self, *parts: str) -> dict[str, Any]:
        """Return how to come as user, project, roles."""
        return client.admin_token(self.url, ':'.join(parts))


class ClientsTestCase(base.BaseTestCase):
    """Each method asks many questions at once: a client is slow to
    start."""

    cloud: Cloud

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cloud = Cloud()
        cls.cloud.setUp()
        cls.addClassCleanup(cls.cloud.cleanUp)

    def setUp(self) -> None:
        super().setUp()
        self.clients = self.cloud.clients
        self.record = self.cloud.record
        self.reader = self.cloud.token('user', OURS, 'reader')
        self.admin = self.cloud.token('root', OTHER, 'admin,reader')

    def ask(self, program: str, *questions: dict[str, Any]) -> list[Any]:
        """Return results, or pairs of what it failed with."""
        return [
            each['result']
            if 'result' in each
            else (each['error'], each['status'])
            for each in self.clients.ask(
                *(
                    {'client': program, 'auth': self.reader, **question}
                    for question in questions
                )
            )
        ]

    def test_openstackclient(self) -> None:
        web, gone = self.record.web, self.record.gone
        lines = {
            'by id': ['list', web],
            'by name': ['list', 'web'],
            'gone': ['list', gone],
            'foreign': ['list', self.record.foreign],
            'unknown': ['list', 'nobody'],
            'page': ['list', web, '--limit', '2'],
            'at most': ['list', web, '--max-items', '3'],
            'next': [
                'list',
                web,
                '--limit',
                '2',
                '--marker',
                self.record.failed,
            ],
            'none since': ['list', web, '--changes-since', '2100-01-01'],
            'all before': ['list', web, '--changes-before', '2100-01-01'],
            'show': ['show', 'web', self.record.failed],
            'no such': ['show', web, 'req-nope'],
        }
        answers = self.clients.ask(
            *(
                {
                    'client': 'openstack',
                    'auth': self.reader,
                    'argv': [
                        '--os-compute-api-version',
                        LATEST,
                        'server',
                        'event',
                        *line,
                    ],
                }
                for line in lines.values()
            )
        )
        seen = dict(zip(lines, answers, strict=True))
        self.assertEqual(
            {
                'by id': record.ACTIONS,
                'by name': record.ACTIONS,
                'gone': 2,
                'page': 2,
                'at most': 3,
                'next': 1,
                'none since': 0,
                'all before': record.ACTIONS,
            },
            {
                name: len(each['result'])
                for name, each in seen.items()
                if isinstance(each.get('result'), list)
            },
        )
        self.assertEqual('reboot', seen['show']['result']['action'])
        self.assertEqual(
            ['Error'],
            [event['result'] for event in seen['show']['result']['events']],
        )
        for name, words in (
            ('foreign', '404'),
            ('no such', 'No ServerAction found'),
            ('unknown', 'No Server found for nobody'),
        ):
            self.assertIn(words, seen[name]['message'], name)

    def test_its_own_command(self) -> None:
        """With nothing of ours between the person and the API."""
        listed = json.loads(
            self.clients.run(
                'openstack',
                *client.options_of(self.admin),
                'server',
                'event',
                'list',
                '--long',
                self.cloud.demo,
                '-f',
                'json',
            )
        )
        self.assertEqual('create', listed[-1]['Action'])

    def test_no_token(self) -> None:
        nobody = {'type': 'none', 'options': {'endpoint': self.cloud.url}}
        question = {
            'auth': nobody,
            'version': '2.84',
            'server': self.record.web,
        }
        answers = self.clients.ask(
            {'client': 'novaclient', **question},
            {'client': 'sdk', **question},
            {
                'client': 'openstack',
                'auth': nobody,
                'argv': ['server', 'event', 'list', self.record.web],
            },
        )
        self.assertEqual(
            [401, 401, None], [each['status'] for each in answers]
        )
        self.assertIn('401', answers[-1]['message'])

    def test_novaclient(self) -> None:
        web = {'server': self.record.web}
        old, new, page, rest, shown, admins, foreign = self.ask(
            'novaclient',
            {'version': '2.1', **web},
            {'version': '2.84', **web},
            {'version': '2.58', 'limit': 2, **web},
            {
                'version': '2.66',
                'marker': self.record.failed,
                **web,
                'changes_before': '2100-01-01T00:00:00Z',
            },
            {'version': '2.51', 'request': self.record.failed, **web},
            {
                'version': '2.84',
                'request': self.record.failed,
                **web,
                'auth': self.admin,
            },
            {'version': '2.1', 'server': self.record.foreign},
        )
        self.assertEqual(record.ACTIONS, len(old))
        self.assertNotIn('updated_at', old[0])
        self.assertIn('updated_at', new[0])
        self.assertEqual(
            [each['request_id'] for each in new[:2]],
            [each['request_id'] for each in page],
        )
        self.assertEqual(['create'], [each['action'] for each in rest])
        self.assertEqual(
            {'event', 'start_time', 'finish_time', 'result'},
            set(shown['events'][0]),
        )
        event = admins['events'][0]
        self.assertEqual(
            (record.TRACEBACK, 'host1', 'no such disk'),
            (event['traceback'], event['host'], event['details']),
        )
        self.assertEqual(('NotFound', 404), tuple(foreign))

    def test_cloud(self) -> None:
        ours = {self.record.web, self.record.twin}
        for version in ('v2.1', 'v2', f'v2/{OURS}'):
            auth = client.admin_token(
                self.cloud.url.replace('v2.1', version), f'user:{OURS}:reader'
            )
            by_id, by_name, unknown = self.ask(
                'cloud',
                *(
                    {'auth': auth, 'server': server}
                    for server in (self.record.web, 'web', 'nobody')
                ),
            )
            for answer, found in (
                (by_id, self.record.web),
                (by_name, self.record.web),
                (unknown, None),
            ):
                self.assertEqual(found, answer['found'])
                self.assertEqual(ours, set(answer['listed']))

    def test_sdk(self) -> None:
        web = {'client': 'sdk', 'auth': self.reader, 'server': 'web'}
        whole, paged, one, shown = self.clients.ask(
            {'version': LATEST, **web},
            {'version': LATEST, 'limit': 2, **web},
            {'version': '2.1', 'paginated': False, **web},
            {'version': LATEST, 'request': self.record.failed, **web},
        )
        ids = [action['request_id'] for action in whole['result']]
        self.assertEqual(record.ACTIONS, len(set(ids)))
        self.assertEqual(ids, [each['request_id'] for each in paged['result']])
        self.assertEqual(ids, [each['request_id'] for each in one['result']])
        # Three pages of two, the last with one; nothing asked beyond.
        pages = [
            (url, status)
            for _method, url, status in paged['asked']
            if 'os-instance-actions' in url
        ]
        self.assertEqual(3 * [200], [status for _url, status in pages[:3]])
        self.assertIn(f'marker={ids[1]}', pages[1][0])
        event = shown['result']['events'][0]
        self.assertEqual('Error', event['result'])
        self.assertTrue(event['host_id'])
        self.assertIsNone(event['host'])
