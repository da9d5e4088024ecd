# SPDX-License-Identifier: Apache-2.0
"""Real proxies with the samples under etc/, and a stand-in for nova-api."""

import http.server
import json
import pathlib
import re
import shutil
import threading
from typing import Any

import fixtures as base_fixtures

from nova_actions.tests import missing
from nova_actions.tests.functional import process

SAMPLES = pathlib.Path(__file__).parents[3] / 'etc' / 'nova_actions'
NGINX = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {sample};
}}
"""
APACHE_MODULES = ('/usr/lib/apache2/modules', '/usr/lib64/httpd/modules')
APACHE = """\
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
Include {sample}
"""


class _Echo(http.server.BaseHTTPRequestHandler):
    """Tells what it was asked."""

    def do_GET(self) -> None:
        length = int(self.headers.get('Content-Length') or 0)
        body = json.dumps(
            {
                'nova': self.path,
                'headers': dict(self.headers),
                'body': self.rfile.read(length).decode(),
            }
        ).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_arguments: Any) -> None:
        pass


class NovaApi(base_fixtures.Fixture):
    """What stands for nova-api; its ``port``."""

    def _setUp(self) -> None:
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), _Echo)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)


class Proxy(missing.Fixture):
    """A proxy with its sample on loopback ports; its ``port``.

    :param name: of the program: haproxy, nginx or apache
    """

    def __init__(self, name: str, actions_port: int, nova_port: int) -> None:
        self._name = name
        self._ports = {'8774': 0, '18774': nova_port, '18775': actions_port}

    def _setUp(self) -> None:
        self._folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )
        make_command = getattr(self, f'_{self._name}')
        self.port = self._ports['8774'] = process.free_port()
        running = self.useFixture(process.Process(make_command()))
        running.await_port(self.port)

    def _sample(self, name: str) -> pathlib.Path:
        """Copy a sample, with the test's addresses in it."""
        text = (SAMPLES / name).read_text().replace('0.0.0.0', '127.0.0.1')
        text = re.sub(
            r'(?<=:)(?:8774|18774|18775)\b',
            lambda found: str(self._ports[found[0]]),
            text,
        )
        copy = self._folder / name
        copy.write_text(text)
        return copy

    def _write(self, text: str, **values: Any) -> str:
        path = self._folder / 'conf'
        path.write_text(text.format(folder=self._folder, **values))
        return str(path)

    def _haproxy(self) -> list[str]:
        return [
            find('haproxy'),
            '-db',
            '-f',
            str(self._sample('haproxy.cfg.sample')),
        ]

    def _nginx(self) -> list[str]:
        conf = self._write(NGINX, sample=self._sample('nginx.conf.sample'))
        return [
            find('nginx'),
            '-p',
            str(self._folder),
            '-e',
            'stderr',
            '-c',
            conf,
        ]

    def _apache(self) -> list[str]:
        conf = self._write(
            APACHE,
            modules=modules('mod_proxy.so'),
            sample=self._sample('apache.conf.sample'),
        )
        return [find('apache2', 'httpd'), '-f', conf, '-DFOREGROUND']


def modules(name: str) -> str:
    """Return the folder of Apache's modules, which must have that one."""
    found = [
        path for path in APACHE_MODULES if pathlib.Path(path, name).exists()
    ]
    if not found:
        missing.unavailable('Apache', f'no {name}')
    return found[0]


def find(*names: str) -> str:
    """Return the path of a program, one of these names."""
    # Debian keeps them where only root looks.
    found = [
        path
        for name in names
        for where in (None, '/usr/sbin')
        if (path := shutil.which(name, path=where))
    ]
    if not found:
        missing.unavailable(names[0], 'not installed')
    return found[0]
