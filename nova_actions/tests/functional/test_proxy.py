# SPDX-License-Identifier: Apache-2.0
"""The samples for proxies, each in a real proxy: the action log is ours,
the rest is Nova's, and addresses come out as the client knows them."""

import contextlib
import uuid
from typing import Any
from urllib import parse

import requests
from oslotest import base

from nova_actions.api import server
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import proxy
from nova_actions.tests.functional import record
from nova_actions.tests.unit.api import malformed
from nova_actions.tests.unit.api import wire

PROJECT = '0123456789abcdef0123456789abcdef'
OTHER = 'fedcba9876543210fedcba9876543210'
CLOUD = 'cloud.example:8774'
_LOG = 'servers/{server}/os-instance-actions'
#: Addresses that are the action log to somebody, and not written as such.
SPELLINGS = (
    f'/v2.1//{_LOG}',
    f'//v2.1/{_LOG}',
    f'/v2.1/{_LOG}'.replace('/', '//'),
    f'/v2.1/{_LOG}/',
    f'/v2.1/{_LOG};x',
    f'/v2.1/{_LOG};x=y/req-1',
    '/v2.1/servers/{server};x/os-instance-actions',
    f'/v2.1/{_LOG}.json',
    '/v2.1/servers;x/{server}/os-instance-actions',
    '/v2.1/servers/{server}/os-instance%2Dactions',
    '/v2.1/servers/{server}/os-instance%2dactions/req-1',
    '/v2.1/servers/{server}/%6fs-instance-actions',
    '/v2.1/servers/{server}%2Fos-instance-actions',
    '/v2.1/servers/{server}/os-instance-actions%2Freq-1',
    f'/v2%2E1/{_LOG}',
    f'/%762.1/{_LOG}',
    f'/v2.1%2F{_LOG}',
    f'/v2.1/{_LOG}%0A',
    f'/v2.1/{_LOG}%20',
    f'/v2.1/{_LOG}%00',
    f'/v2.1/{_LOG}%3Fx',
    f'/v2.1/{_LOG}%23x',
    f'/v2.1/./{_LOG}',
    f'/v2.1/x/../{_LOG}',
    f'/v2.1/{_LOG}?x=y',
    f'/v2/{_LOG}',
    f'/v2//{_LOG}',
    f'/v2.1/a%0Ab/{_LOG}',
    f'/v2.1/{PROJECT}//{_LOG}',
)
FORWARDED = {
    'X-Forwarded-Host': 'cloud.example',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Prefix': '/compute',
}


class ProxyTestCase(base.BaseTestCase):
    """Our API with a record behind it; ``self.port`` is where to ask."""

    OVERRIDES: dict[str, Any] = {
        'oslo_middleware__enable_proxy_headers_parsing': True
    }

    def setUp(self) -> None:
        super().setUp()
        conf = self.useFixture(
            fixtures.Objects(
                api__auth_strategy='noauth2',
                api__bind_port=0,
                **self.OVERRIDES,
            )
        ).conf
        self.record = record.Record(PROJECT, OTHER)
        service = server.Service(conf)
        service.start()
        self.addCleanup(service.wait)
        self.addCleanup(service.stop)
        self.port = service.address[1]
        self.path = f'servers/{self.record.web}/os-instance-actions'

    def ask(
        self,
        path: str,
        method: str = 'GET',
        version: str = '2.84',
        **options: Any,
    ) -> Any:
        """Ask as a reader who knows the cloud by its name."""
        options['headers'] = {
            'Host': CLOUD,
            'X-Auth-Token': f'user:{PROJECT}:reader',
            'OpenStack-API-Version': f'compute {version}',
            **options.get('headers', {}),
        }
        return requests.request(
            method,
            f'http://127.0.0.1:{self.port}{path}',
            timeout=patience.PATIENCE,
            **options,
        )

    def next_link(self, path: str, **options: Any) -> str:
        """Return the link to the page after the first."""
        return str(
            self.ask(f'{path}?limit=1', **options).json()['links'][0]['href']
        )


class _Tests:
    """What each proxy must do."""

    PROXY: str

    def setUp(self) -> None:
        super().setUp()
        nova = self.useFixture(proxy.NovaApi())
        self.port = self.useFixture(
            proxy.Proxy(self.PROXY, self.port, nova.port)
        ).port

    def test_who_answers(self) -> None:
        path, web = self.path, self.record.web
        for prefix in (
            '/v2.1',
            f'/v2.1/{PROJECT}',
            '/compute/v2.1',
            f'/compute/v2.1/{PROJECT}',
            '/v2',
            f'/v2/{PROJECT}',
            '/compute/v2',
        ):
            listed = self.ask(f'{prefix}/{path}').json()
            self.assertEqual(record.ACTIONS, len(listed['instanceActions']))
            shown = self.ask(f'{prefix}/{path}/{self.record.failed}').json()
            self.assertEqual('reboot', shown['instanceAction']['action'])
        found = self.ask('/v1/actions?limit=1').json()
        self.assertEqual(1, len(found['actions']))
        self.assertEqual(
            f'http://{CLOUD}/v1/actions',
            found['links'][0]['href'].partition('?')[0],
        )
        for asked in (
            '/',
            '/v2.1',
            '/v2.1/',
            '/v2.1/servers',
            f'/v2.1/servers/{web}',
            '/v11/actions',
            '/compute/v2.1/',
            '/v2.1/servers/detail?name=a%2Fb%20c',
            f'/compute/v2.1/servers/{web}',
            '/v2/',
            '/v2/servers',
            f'/v2.1/{path}-not',
            f'/v2.1/flavors/{web}',
            f'/elsewhere/v2.1/{path}',
        ):
            self.assertEqual(asked, self.ask(asked).json()['nova'])

    def test_no_spelling_slips_past(self) -> None:
        """What could be the action log to nova-api comes to us."""
        for spelling in SPELLINGS:
            for prefix in ('', '/compute'):
                path = prefix + spelling.format(server=self.record.web)
                status, body = self.ask_raw(path)
                self.assertIn(status, (200, 400, 404), path)
                self.assertNotIn(b'"nova":', body, path)

    def test_metrics_are_not_for_clients(self) -> None:
        for path in ('/metrics', '//metrics', '/metrics/', '/%6Detrics'):
            status, body = self.ask_raw(path)
            self.assertIn(status, (403, 404), path)
            self.assertNotIn(b'"nova":', body, path)

    def ask_raw(self, path: str) -> tuple[int, bytes]:
        """Ask with a path as it is, not as a library would tidy it."""
        with wire.Client(
            ('127.0.0.1', self.port),
            wire.get(
                path,
                f'X-Auth-Token: user:{PROJECT}:reader',
                'Connection: close',
            ),
        ) as client:
            return client.answer()

    def test_an_absolute_address(self) -> None:
        status, body = self.ask_raw(f'http://api/v2.1/{self.path}')
        self.assertEqual(200, status)
        self.assertIn(b'instanceActions', body)

    def test_no_client_gets_the_answer_of_another(self) -> None:
        """After whatever another client has sent, on connections that the
        proxy shares between them."""
        for name, data in malformed.REQUESTS.items():
            attack = data.replace(b'/v2.1', f'/v2.1/{self.path}'.encode())
            with wire.Client(
                ('127.0.0.1', self.port), attack + malformed.SECOND
            ) as client:
                client.rest()
            for _victim in range(3):
                server = str(uuid.uuid4())
                answer = self.ask(
                    f'/v2.1/servers/{server}/os-instance-actions'
                )
                self.assertEqual(404, answer.status_code, name)
                self.assertIn(server, answer.text, name)

    def test_chunks(self) -> None:
        with wire.Client(
            ('127.0.0.1', self.port),
            wire.get(
                f'/v2.1/{self.path}',
                malformed.CHUNKED,
                f'X-Auth-Token: user:{PROJECT}:reader',
                body=b'5\r\nhello\r\n0\r\n\r\n',
            ),
        ) as client:
            self.assertEqual(200, client.answer()[0])
        self.assertEqual(200, self.ask(f'/v2.1/{self.path}').status_code)

    def test_large_headers(self) -> None:
        """No proxy passes on 100 KB of them, nor does that harm it."""
        with wire.Client(
            ('127.0.0.1', self.port),
            wire.get(f'/v2.1/{self.path}', f'X-Auth-Token: {"x" * 100_000}'),
        ) as client:
            self.assertIn(client.answer()[0], (0, 400, 401, 431, 494))
        self.assertEqual(200, self.ask(f'/v2.1/{self.path}').status_code)

    def test_slow_clients(self) -> None:
        """Others are answered while they hang, however many there are."""
        with contextlib.ExitStack() as hanging:
            for sent in (
                wire.get(
                    f'/v2.1/{self.path}', 'Content-Length: 100000', body=b'x'
                ),
                wire.get(f'/v2.1/{self.path}')[:-2],
                b'',
            ):
                slow = [
                    hanging.enter_context(
                        wire.Client(('127.0.0.1', self.port), sent)
                    )
                    for _number in range(12)
                ]
                for _byte in range(2):
                    for client in slow:
                        client.send(b'x' if b'Length' in sent else b'')
                    answer = self.ask(f'/v2.1/{self.path}')
                    self.assertEqual(200, answer.status_code)

    def test_what_nova_gets(self) -> None:
        told = self.ask(
            f'/v2.1/servers/{self.record.web}/action',
            'POST',
            json={'reboot': {'type': 'SOFT'}},
        ).json()
        self.assertEqual('{"reboot": {"type": "SOFT"}}', told['body'])
        headers = {
            name.lower(): value for name, value in told['headers'].items()
        }
        self.assertEqual(
            (CLOUD, 'http', CLOUD, 'compute 2.84'),
            tuple(
                headers[name]
                for name in (
                    'x-forwarded-host',
                    'x-forwarded-proto',
                    'host',
                    'openstack-api-version',
                )
            ),
        )
        self.assertNotIn('x-forwarded-prefix', headers)

    def test_pages_follow_each_other(self) -> None:
        for prefix in ('/v2.1', f'/v2.1/{PROJECT}', '/compute/v2.1'):
            asked = f'{prefix}/{self.path}?limit=2'
            seen = []
            while asked:
                page = self.ask(asked).json()
                seen += [
                    action['request_id'] for action in page['instanceActions']
                ]
                link = page['links'][0]['href'] if 'links' in page else ''
                parts = parse.urlsplit(link)
                asked = link and f'{parts.path}?{parts.query}'
                if link:
                    self.assertEqual(
                        ('http', CLOUD, f'{prefix}/{self.path}'), parts[:3]
                    )
            self.assertEqual(record.ACTIONS, len(set(seen)))

    def test_a_client_cannot_play_proxy(self) -> None:
        played = {
            'Forwarded': 'host=evil.example;proto=https',
            'X-Forwarded-Prefix': '/evil',
            'X-Forwarded-Host': 'evil.example',
            'X-Forwarded-Proto': 'evil',
            'X-Forwarded-For': 'evil',
        }
        for prefix in ('/v2.1', '/compute/v2.1'):
            self.assertStartsWith(
                self.next_link(f'{prefix}/{self.path}', headers=played),
                f'http://{CLOUD}{prefix}/servers/',
            )
        told = self.ask('/v2.1', headers=played).text
        self.assertNotIn('evil', told)

    def assertStartsWith(self, text: str, start: str) -> None:
        self.assertEqual(start, text[: len(start)])

    def test_what_we_are_asked_arrives_as_it_is(self) -> None:
        for prefix in ('/v2.1', '/compute/v2.1'):
            since = f'{prefix}/{self.path}?changes-since=2026-01-01T00:00:00'
            self.assertEqual(200, self.ask(f'{since}%2B00:00').status_code)
            # A plus sign stands for a space, which is no time zone.
            self.assertEqual(400, self.ask(f'{since}+00:00').status_code)
            for odd in ('odd%20id', '%C3%BC', 'a;b', "a'b"):
                answer = self.ask(f'{prefix}/{self.path}/{odd}')
                self.assertEqual(404, answer.status_code, odd)
                self.assertIn(
                    parse.unquote(odd),
                    answer.json()['itemNotFound']['message'],
                )
            refused = self.ask(f'{prefix}/{self.path}', version='2.999')
            self.assertEqual(406, refused.status_code)
            self.assertEqual(
                'compute 2.999', refused.headers['OpenStack-API-Version']
            )


class HaproxyTest(_Tests, ProxyTestCase):
    PROXY = 'haproxy'


class NginxTest(_Tests, ProxyTestCase):
    PROXY = 'nginx'


class ApacheTest(_Tests, ProxyTestCase):
    PROXY = 'apache'


class ForwardedTest(ProxyTestCase):
    """What our own part of it is."""

    def test_discovery(self) -> None:
        for path in ('/v2.1', '/v2.1/'):
            version = self.ask(path, headers=FORWARDED).json()['version']
            self.assertEqual(
                'https://cloud.example/compute/v2.1/',
                version['links'][0]['href'],
            )

    def test_next_link(self) -> None:
        self.assertIn(
            'https://cloud.example/compute/v2.1/servers/',
            self.next_link(f'/v2.1/{self.path}', headers=FORWARDED),
        )


class LinkPrefixTest(ProxyTestCase):
    """A fixed address, and no headers are trusted."""

    OVERRIDES = {'api__compute_link_prefix': 'https://cloud.example/compute'}

    def test_links(self) -> None:
        evil = {**FORWARDED, 'X-Forwarded-Host': 'evil.example'}
        self.assertIn(
            'https://cloud.example/compute/v2.1/servers/',
            self.next_link(f'/v2.1/{self.path}', headers=evil),
        )
        version = self.ask('/v2.1', headers=evil).json()['version']
        self.assertEqual(
            'https://cloud.example/compute/v2.1/', version['links'][0]['href']
        )
