# SPDX-License-Identifier: Apache-2.0
"""What stands for a Keystone whose service catalog a test chooses."""

import http.server
import json
import threading
from typing import Any

import fixtures as base_fixtures

_NAMED = {'id': 'default', 'name': 'Default'}


class _Handler(http.server.BaseHTTPRequestHandler):
    """Takes every password and every token."""

    server: Any

    def do_GET(self) -> None:
        if self.path.endswith('/auth/tokens'):
            self._token(200)
            return
        url = f'http://127.0.0.1:{self.server.server_port}/v3'
        self._answer(
            200,
            {
                'version': {
                    'id': 'v3.14',
                    'status': 'stable',
                    'media-types': [],
                    'links': [{'rel': 'self', 'href': url}],
                }
            },
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers['Content-Length']))
        self._token(201)

    def _token(self, status: int) -> None:
        person = {'id': 'user', 'name': 'user', 'domain': _NAMED}
        self._answer(
            status,
            {
                'token': {
                    'methods': ['password'],
                    'user': person,
                    'project': person,
                    'roles': [{'id': 'reader', 'name': 'reader'}],
                    'expires_at': '2999-01-01T00:00:00.000000Z',
                    'issued_at': '2026-01-01T00:00:00.000000Z',
                    'audit_ids': ['x'],
                    'catalog': self.server.catalog,
                }
            },
        )

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.send_header('X-Subject-Token', 'token')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


class Keystone(base_fixtures.Fixture):
    """A Keystone that tells that catalog; its ``url``."""

    def __init__(self, catalog: list[dict[str, Any]]) -> None:
        self._catalog = catalog

    def _setUp(self) -> None:
        server: Any = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), _Handler
        )
        server.daemon_threads = True
        server.catalog = self._catalog
        self.url = f'http://127.0.0.1:{server.server_port}/v3'
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
