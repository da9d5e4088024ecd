# SPDX-License-Identifier: Apache-2.0

from urllib import parse

import falcon
import hypothesis
from falcon import testing
from hypothesis import strategies
from oslotest import base

from nova_actions import exception
from nova_actions.api import links


def _root(**environ):
    env = testing.create_environ(path='/v2.1')
    env.update(environ)
    return links.root_url(falcon.Request(env))


class RootTest(base.BaseTestCase):
    def test_host_as_asked(self):
        for scheme, host, expected in (
            ('http', 'cloud:8774', 'http://cloud:8774'),
            ('http', 'cloud:80', 'http://cloud'),
            ('https', 'cloud:443', 'https://cloud'),
            ('https', 'cloud:80', 'https://cloud:80'),
            ('http', '[::1]:8774', 'http://[::1]:8774'),
            ('http', '[::1]', 'http://[::1]'),
        ):
            self.assertEqual(
                expected,
                _root(**{'wsgi.url_scheme': scheme, 'HTTP_HOST': host}),
            )

    @hypothesis.given(
        strategies.one_of(
            strategies.text(strategies.characters(max_codepoint=255)),
            strategies.from_regex(r'\A[a-z0-9.-]+(:[0-9]+)?\Z'),
            strategies.ip_addresses(v=6).map('[{}]'.format),
        )
    )
    def test_any_host_is_refused_or_part_of_a_url(self, host):
        try:
            url = _root(HTTP_HOST=host)
        except exception.InvalidInput:
            self.assertNotRegex(host, r'\A[a-z0-9.-]+(:[0-9]+)?\Z')
        else:
            parts = parse.urlsplit(url)
            self.assertIn(parts.netloc, (host, host.removesuffix(':80')))
            self.assertEqual('', parts.path + parts.query + parts.fragment)

    def test_hosts_that_are_none(self):
        for host in ('a b', 'a/b', 'a[(*', 'u@h', 'a:b', '<b>', 'a\r\nb'):
            self.assertRaises(exception.InvalidInput, _root, HTTP_HOST=host)

    def test_schemes_of_a_proxy(self):
        self.assertEqual(
            'https://cloud',
            _root(**{'wsgi.url_scheme': 'HTTPS', 'HTTP_HOST': 'cloud'}),
        )
        for scheme in ('http://[', 'javascript', 'https, http', 'x:y//', ''):
            self.assertRaises(
                exception.InvalidInput, _root, **{'wsgi.url_scheme': scheme}
            )

    def test_mounted_below(self):
        self.assertEqual(
            'http://cloud/compute%20x',
            _root(HTTP_HOST='cloud', SCRIPT_NAME='/compute x'),
        )


class LinksTest(base.BaseTestCase):
    def test_collection(self):
        made = links.Links('http://cloud').collection(
            'servers/x',
            {'marker': 'a b', 'limit': '1', 'changes-since': '2026+01'},
        )
        self.assertEqual(
            'http://cloud/v2.1/servers/x?changes-since=2026%2B01&limit=1'
            '&marker=a+b',
            made,
        )

    def test_project(self):
        self.assertEqual(
            'http://cloud/v2.1/0a/servers?',
            links.Links('http://cloud', project_id='0a').collection(
                'servers', {}
            ),
        )

    def test_prefix(self):
        made = links.Links('http://cloud/x', prefix='https://pub/compute')
        self.assertEqual('https://pub/compute/x/v2.1/', made.version())
        self.assertEqual(
            'https://pub/compute/x/v2.1/servers?',
            made.collection('servers', {}),
        )

    def test_public_url(self):
        made = links.Links('http://cloud', public_url='https://pub/')
        self.assertEqual('https://pub/v2.1/', made.version())
