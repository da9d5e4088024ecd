# SPDX-License-Identifier: Apache-2.0
"""The health check: outside the pipeline, so that it needs no token."""

import re
from collections.abc import Iterable
from importlib import metadata
from wsgiref.types import StartResponse
from wsgiref.types import WSGIApplication
from wsgiref.types import WSGIEnvironment

from oslo_config import cfg
from oslo_middleware import healthcheck
from oslo_middleware.healthcheck import pluginbase

from nova_actions import context
from nova_actions import exception
from nova_actions.db import api as db_api

_PATH = re.compile('/+healthcheck/*')

#: a UUID to look up in the database; no server has it
NO_INSTANCE = '00000000-0000-0000-0000-000000000000'


class DatabaseCheck(pluginbase.HealthcheckBaseExtension):
    """A backend of oslo.middleware's health check: checks that the database
    answers."""

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        """Run a cheap query."""
        try:
            db_api.instance_get(context.get_admin_context(), NO_INSTANCE)
        except exception.ActionsException as error:
            # The text of a database error may contain its address.
            return pluginbase.HealthcheckResult(
                available=False,
                reason='DATABASE UNAVAILABLE',
                details=type(error).__name__,
            )
        return pluginbase.HealthcheckResult(available=True, reason='OK')


class Beside:
    """Have another application handle one path, outside the pipeline."""

    def __init__(
        self,
        application: WSGIApplication,
        path: re.Pattern[str],
        other: WSGIApplication,
    ) -> None:
        self.application = application
        self.path = path
        self.other = other

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ.get('PATH_INFO') or ''
        app = self.other if self.path.fullmatch(path) else self.application
        return app(environ, start_response)


def beside(app: WSGIApplication, conf: cfg.ConfigOpts) -> WSGIApplication:
    """Mount the health check at ``/healthcheck``. It returns 200 when the
    process runs and all ``[healthcheck] backends`` are healthy;
    ``nova_actions_database`` is our own backend.

    :raises oslo_config.cfg.Error: there is no backend of that name
    """
    known = metadata.entry_points(group=healthcheck.Healthcheck.NAMESPACE)
    # oslo.middleware passes over them, and would report health unasked.
    if unknown := set(conf.healthcheck.backends) - known.names:
        raise cfg.Error(
            f'[healthcheck] backends: there is no {", ".join(sorted(unknown))}'
        )
    return Beside(app, _PATH, healthcheck.Healthcheck(app, conf))


def is_probe(method: str, path: str) -> bool:
    """Return whether a request is a health check."""
    return (method, path) == ('OPTIONS', '/') or bool(_PATH.fullmatch(path))
