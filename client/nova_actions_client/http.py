# SPDX-License-Identifier: Apache-2.0
"""GET requests, with errors that say what was wrong with them."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib import parse

import requests
from keystoneauth1 import exceptions as ksa_exceptions
from keystoneauth1 import noauth
from keystoneauth1 import session as ksa_session
from osc_lib import exceptions

from nova_actions_client import text

#: The token sent without Keystone (OS_AUTH_TYPE=none), for a service that
#: trusts the caller (noauth2): user, project, roles.
NOBODY = 'operator:operators:admin'

#: The service, or Keystone, does not answer.
_NO_ANSWER = (
    ksa_exceptions.ConnectFailure,
    ksa_exceptions.ConnectTimeout,
    ksa_exceptions.UnknownConnectionError,
    ksa_exceptions.HttpServerError,
)


class Refused(exceptions.CommandError):
    """The service answered with an error, or not with JSON.

    :param status: the HTTP status
    :param body: the answer; None when it is not JSON
    """

    def __init__(self, message: str, status: int, body: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class Unreachable(exceptions.CommandError):
    """The service did not answer; it may do so later."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer.

    :param body: the JSON
    :param retry_after: seconds that the service asks to wait before the next
        request
    """

    body: Any
    retry_after: int = 0


class Service:
    """A service at an address.

    :param root: its address, without a version
    :param microversion: the value of ``OpenStack-API-Version``
    """

    def __init__(
        self, session: ksa_session.Session, root: str, microversion: str
    ) -> None:
        self.root = root.rstrip('/')
        self._session = session
        self._headers = {
            'OpenStack-API-Version': microversion,
            'Accept': 'application/json',
        }
        self._has_token = not isinstance(session.auth, noauth.NoAuth)
        if not self._has_token:
            self._headers['X-Auth-Token'] = NOBODY

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Return the JSON of an answer; otherwise as :meth:`ask`."""
        return self.ask(path, query).body

    def version(self, path: str) -> str | None:
        """Return the id of the version of an API at a path, such as "v2.1";
        None when there is no such document."""
        try:
            answer = self.get(path)
        except Refused as refused:
            # 2xx and 3xx: something that is not JSON.
            if refused.status == 404 or refused.status < 400:
                return None
            raise
        version = answer.get('version') if isinstance(answer, dict) else None
        return version.get('id') if isinstance(version, dict) else None

    def ask(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Return the answer at a path below the root, or at a URL that the
        service gave as a link.

        :param timeout: seconds without a byte until it counts as away
        :raises Refused: for HTTP 4xx, and for what is not JSON
        :raises Unreachable: when there is no answer, and for HTTP 5xx
        """
        url = path if '://' in path else self.root + path
        if query:
            url = f'{url}?{parse.urlencode(query, doseq=True)}'
        # By default the session has its own.
        limits = {} if timeout is None else {'timeout': timeout}
        try:
            answer = self._session.get(
                url,
                headers=self._headers,
                raise_exc=False,
                authenticated=self._has_token,
                **limits,
            )
        except _NO_ANSWER as error:
            raise Unreachable(text.printable(error)) from error
        body = _json(answer)
        if answer.status_code < 400 and body is not None:
            return Answer(body, _seconds(answer.headers.get('Retry-After')))
        message = _message(answer.status_code, body, self.root)
        if answer.status_code >= 500:
            raise Unreachable(message)
        raise Refused(message, answer.status_code, body)


def root_of(endpoint: str) -> str:
    """Return an endpoint without its version and what follows that."""
    parts = parse.urlsplit(endpoint)
    segments = []
    for segment in parts.path.split('/'):
        if segment[:1] == 'v' and segment[1:2].isdigit():
            break
        segments.append(segment)
    return parse.urlunsplit(
        (parts.scheme, parts.netloc, '/'.join(segments).rstrip('/'), '', '')
    )


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _seconds(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0


def _message(status: int, body: Any, root: str) -> str:
    """Return the message of an error's body.

    OpenStack's services put it under one key, whose name differs.
    """
    if isinstance(body, dict):
        for part in body.values():
            if isinstance(part, dict) and isinstance(part.get('message'), str):
                return f'{text.printable(part["message"])} (HTTP {status})'
    return f'{root} answers with HTTP {status}, and not with JSON'
