# SPDX-License-Identifier: Apache-2.0
"""The servers that nova-api may run in, each with several processes: uWSGI,
which forks after it has loaded the application, and Apache's mod_wsgi, whose
processes load it themselves."""

import pathlib
from collections.abc import Sequence

from nova_actions.tests.functional import proxy
from nova_actions.tests.functional import user

PROCESSES = 2
_MODULE = 'nova.wsgi.osapi_compute'
#: How mod_wsgi names its processes.
NAME = b'(wsgi:nova)'
_APACHE = """\
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog "|/bin/cat"
WSGISocketPrefix {folder}/wsgi
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
WSGIDaemonProcess nova processes={processes} threads=2 \
display-name=%{{GROUP}} home={folder} python-home=/usr python-path={path}
WSGIProcessGroup nova
WSGIApplicationGroup %{{GLOBAL}}
WSGIScriptAlias / {folder}/nova.wsgi
<Directory {folder}>
    Require all granted
</Directory>
"""


def uwsgi(
    _folder: pathlib.Path, port: int, _path: Sequence[object]
) -> list[str]:
    """Return the command of uWSGI."""
    return [
        proxy.find('uwsgi'),
        '--plugin',
        'python3',
        '--master',
        '--http-socket',
        f'127.0.0.1:{port}',
        '--processes',
        str(PROCESSES),
        '--threads',
        '2',
        '--die-on-term',
        # Nova's pool of threads, which the master has made, never ends in a
        # worker.
        '--worker-reload-mercy',
        '1',
        '--module',
        f'{_MODULE}:application',
    ]


def mod_wsgi(
    folder: pathlib.Path, port: int, path: Sequence[object]
) -> list[str]:
    """Return the command of Apache with mod_wsgi, and write what it reads.

    :param folder: the user that it runs as may write there
    :param path: where Python finds Nova and the bridge
    """
    modules = proxy.modules('mod_wsgi.so')
    (folder / 'nova.wsgi').write_text(
        f'from {_MODULE} import application\n', encoding='utf-8'
    )
    conf = folder / 'apache.conf'
    conf.write_text(
        _APACHE.format(
            folder=folder,
            port=port,
            modules=modules,
            processes=PROCESSES,
            path=':'.join(map(str, path)),
        ),
        encoding='utf-8',
    )
    return [
        *user.command(),
        proxy.find('apache2', 'httpd'),
        '-f',
        str(conf),
        '-DFOREGROUND',
    ]


def workers(pid: int) -> list[int]:
    """Return the processes of an Apache that serve nova-api."""
    children = pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text()
    return [
        int(child)
        for child in children.split()
        if pathlib.Path(f'/proc/{child}/cmdline').read_bytes().startswith(NAME)
    ]
