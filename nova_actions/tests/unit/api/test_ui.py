# SPDX-License-Identifier: Apache-2.0
"""The files of the page, as any browser may have them."""

import hashlib
import json
import re

from nova_actions.api import ui
from nova_actions.tests.unit.api import base

VENDOR = ui.FILES / 'vendor'


def manifest():
    return json.loads((VENDOR / 'manifest.json').read_text(encoding='utf-8'))


class TestOff(base.ApiTestCase):
    def test_it_is_off_by_default(self):
        for path in ('/ui', '/ui/', '/ui/app.js', '/ui/settings.json'):
            self.assertEqual(401, self.get(path, None).status_code)
            self.assertEqual(404, self.get(path).status_code)


class TestOn(base.ApiTestCase):
    OVERRIDES = {
        'api__ui': True,
        'ui__keystone_url': 'https://keystone.example.org:5000/v3',
    }

    def test_each_file(self):
        """Nobody is asked for a token, and each may be kept if it is asked
        for again."""
        for path in ui.FILES.rglob('*.*'):
            name = path.relative_to(ui.FILES)
            answer = self.get(f'/ui/{name}', None)
            self.assertEqual(200, answer.status_code, name)
            self.assertEqual(path.read_bytes(), answer.content)
            self.assertEqual('no-cache', answer.headers['cache-control'])
            kind = {
                '.js': 'text/javascript',
                '.css': 'text/css',
                '.html': 'text/html',
                '.svg': 'image/svg+xml',
                '.json': 'application/json',
            }[path.suffix]
            self.assertIn(kind, answer.headers['content-type'])
            again = self.get(
                f'/ui/{name}',
                None,
                headers={'If-None-Match': answer.headers['etag']},
            )
            self.assertEqual((304, b''), (again.status_code, again.content))
            head = self.get(f'/ui/{name}', None, method='HEAD')
            self.assertEqual((200, b''), (head.status_code, head.content))
            self.assertEqual(
                answer.headers['content-length'],
                head.headers['content-length'],
            )

    def test_where_it_is(self):
        answer = self.get(
            '/ui',
            None,
            query_string='a=b',
            headers={'Host': 'log.example.org:8443'},
        )
        self.assertEqual(
            (308, 'http://log.example.org:8443/ui/?a=b'),
            (answer.status_code, answer.headers['location']),
        )
        page = self.get('/ui/', None)
        self.assertEqual(200, page.status_code)
        self.assertEqual((ui.FILES / ui.INDEX).read_bytes(), page.content)

    def test_nothing_else_is_served(self):
        for path in (
            '/ui/x',
            '/ui/../auth.py',
            '/ui/%2e%2e/__init__.py',
            '/ui/vendor/../../__init__.py',
            '/ui/..%2f__init__.py',
            '/ui//etc/passwd',
            '/ui/vendor',
            '/ui/vendor/',
            '/ui/app.js%00',
            '/ui/\\..\\x',
            '/ui/.',
            '/ui/' + 600 * 'a',
        ):
            answer = self.get(path, None)
            self.assertEqual(404, answer.status_code, path)
            self.assertNotIn('text/html', answer.headers['content-type'])
        for path in ('/uix', '/ui.html'):
            self.assertEqual(401, self.get(path, None).status_code, path)
        for method in ('POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'):
            for path in ('/ui/', '/ui/app.js'):
                self.assertEqual(
                    405,
                    self.get(path, None, method=method).status_code,
                    method,
                )

    def test_the_data_is_guarded(self):
        self.assertEqual(401, self.get('/v1/actions', None).status_code)

    def test_settings(self):
        self.assertEqual(
            {
                'auth_strategy': 'noauth2',
                'keystone_url': 'https://keystone.example.org:5000/v3',
            },
            self.get('/ui/settings.json', None).json,
        )

    def test_security_headers(self):
        for path in ('/ui/', '/ui/app.js', '/ui/nowhere'):
            headers = self.get(path, None).headers
            rules = dict(
                rule.split(' ', 1)
                for rule in headers['content-security-policy'].split('; ')
            )
            self.assertEqual("'none'", rules['default-src'])
            self.assertEqual("'self'", rules['script-src'])
            self.assertEqual(
                "'self' https://keystone.example.org:5000",
                rules['connect-src'],
            )
            self.assertEqual("'none'", rules['frame-ancestors'])
            self.assertNotIn('unsafe', str(rules))
            self.assertEqual('nosniff', headers['x-content-type-options'])
            self.assertEqual('no-referrer', headers['referrer-policy'])
            self.assertEqual(
                'same-origin', headers['cross-origin-opener-policy']
            )


class TestFiles(base.ApiTestCase):
    def test_what_others_wrote_is_what_was_fetched(self):
        found = {
            str(path.relative_to(VENDOR)): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in VENDOR.rglob('*')
            if path.is_file() and path.name != 'manifest.json'
        }
        expected = {}
        for name, each in manifest().items():
            expected |= each['files']
            self.assertIn(f'{name}/LICENSE', each['files'])
            self.assertRegex(each['version'], r'\A[0-9]+\.[0-9]+\.[0-9]+\Z')
        self.assertEqual(expected, found)

    def test_nothing_makes_markup_of_text(self):
        for path in ui.FILES.glob('*.js'):
            text = path.read_text(encoding='utf-8')
            for word in (
                'innerHTML',
                'outerHTML',
                'insertAdjacentHTML',
                'unsafe',
                'document.write',
                'eval(',
                'style="',
                'new Function',
            ):
                self.assertNotIn(word, text, path.name)

    def test_nothing_comes_from_elsewhere(self):
        for path in (
            *ui.FILES.glob('*.js'),
            *ui.FILES.glob('*.css'),
            *ui.FILES.glob('*.html'),
        ):
            for url in re.findall(
                r'https?://[^\s"\'`]+', path.read_text(encoding='utf-8')
            ):
                self.assertEqual('http://www.w3.org/2000/svg', url)

    def test_sizes(self):
        for path in ui.FILES.glob('*.js'):
            self.assertLessEqual(
                len(path.read_text(encoding='utf-8').splitlines()),
                200,
                path.name,
            )
