# SPDX-License-Identifier: Apache-2.0
"""The REST API for gunicorn, uWSGI and mod_wsgi:
``nova_actions.wsgi.api:application``.

The configuration is read from oslo.config's default locations
(``/etc/nova-actions/nova-actions.conf`` …), or from the files in the
environment variable :data:`CONFIG_FILES`, separated by colons. The command
line of the server is ignored.
"""

import os
import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_log import log as logging

from nova_actions import conf
from nova_actions import runtime
from nova_actions import version
from nova_actions.api import app
from nova_actions.db import pool
from nova_actions.metrics import endpoint

LOG = logging.getLogger(__name__)

#: the environment variable that names configuration files
CONFIG_FILES = 'NOVA_ACTIONS_CONFIG_FILE'

_lock = threading.Lock()
_application: WSGIApplication | None = None


def _build() -> WSGIApplication:
    argv: list[str] = []
    for path in os.environ.get(CONFIG_FILES, '').split(os.pathsep):
        if path:
            argv += ['--config-file', path]
    options = conf.load(argv)
    conf.setup_logging(options)
    try:
        runtime.set_up(options, options.api.database_timeout)
    except runtime.Unusable as error:
        LOG.critical('The API cannot start: %s', error)
        raise
    if counting := endpoint.of(options, 'api', pool.measure, is_alone=False):
        counting.start()
    application = app.create(options)
    LOG.info('The API %s is ready', version.version_string())
    return application


def application(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Handle a request. The first one builds the application, after the
    server has forked its workers."""
    global _application
    if _application is None:
        with _lock:
            if _application is None:
                _application = _build()
    return _application(environ, start_response)
