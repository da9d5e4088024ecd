# SPDX-License-Identifier: Apache-2.0
"""Requests to a REST API in the same process, by WSGI."""

import io
import itertools
import sys
import wsgiref.util
from collections.abc import Mapping
from typing import Any

from bench import dataset
from bench import side


class Client:
    """Asks an application.

    :param headers: of each request
    """

    def __init__(
        self, app: Any, size: dataset.Size, headers: Mapping[str, str]
    ) -> None:
        self._app = app
        self._size = size
        self._headers = {'X-OpenStack-Nova-API-Version': '2.84', **headers}

    def get(self, path: str, query: str = '') -> bytes:
        """Return the body of an answer.

        :raises AssertionError: when it is none with status 200
        """
        environ: dict[str, Any] = {
            'SCRIPT_NAME': '',
            'PATH_INFO': '/v2.1' + path,
            'QUERY_STRING': query,
            'wsgi.input': io.BytesIO(),
            'wsgi.errors': sys.stderr,
            'REMOTE_ADDR': '127.0.0.1',
        }
        wsgiref.util.setup_testing_defaults(environ)
        for name, value in self._headers.items():
            environ[f'HTTP_{name.upper().replace("-", "_")}'] = value
        seen = []
        answer = self._app(environ, lambda status, *_: seen.append(status))
        body = b''.join(answer)
        assert seen == ['200 OK'], (seen, body)
        return body

    def work(self, _number: int) -> side.Work:
        """Return what one client does."""
        actions = (
            f'/servers/{dataset.server(dataset.READ)}/os-instance-actions'
        )
        deep = dataset.deep(self._size)
        turns = itertools.count()

        def list_from(query: str) -> None:
            assert b'reboot' in self.get(
                actions, f'limit={dataset.PAGE}{query}'
            )

        def show() -> None:
            request = dataset.request(
                self._size, dataset.READ, 1 + next(turns) % self._size.actions
            )
            assert b'compute__do_finish' in self.get(f'{actions}/{request}')

        return {
            'REST list': lambda: list_from(''),
            'REST deep': lambda: list_from(f'&marker={deep}'),
            'REST show': show,
        }
