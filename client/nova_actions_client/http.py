# SPDX-License-Identifier: Apache-2.0
"""GET, with errors that say what was wrong with the question."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib import parse

from keystoneauth1 import exceptions as ksa_exceptions
from keystoneauth1 import noauth
from keystoneauth1 import session as ksa_session
from osc_lib import exceptions

from nova_actions_client import text

#: Who one is to a service that takes everybody's word for it (noauth2), and
#: is asked without a token (OS_AUTH_TYPE=none).
NOBODY = 'operator:operators:admin'


#: From the service, or from Keystone on the way to it.
_NO_ANSWER = (
    ksa_exceptions.ConnectFailure,
    ksa_exceptions.ConnectTimeout,
    ksa_exceptions.UnknownConnectionError,
    ksa_exceptions.HttpServerError,
)


class Refused(exceptions.CommandError):
    """The service answered, but not what was asked for.

    :param status: of HTTP
    :param body: the answer, as far as it is JSON
    """

    def __init__(self, message: str, status: int, body: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class Unreachable(exceptions.CommandError):
    """There is no answer, or none now: it may be asked again."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a service said.

    :param body: the JSON
    :param retry_after: seconds after which it wants to be asked next
    """

    body: Any
    retry_after: int = 0


class Service:
    """A service at an address.

    :param root: of its addresses, without a version
    :param microversion: as ``OpenStack-API-Version`` names it
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

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of an answer; the rest as of :meth:`ask`."""
        return self.ask(path, query).body

    def ask(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Return what is at a path below the root, or at a URL of the
        service's own links.

        :param timeout: seconds of silence after which nobody answers
        :raises Refused: for an answer of 400 and more
        :raises Unreachable: when nobody answers, or not now (5xx)
        """
        url = path if '://' in path else self.root + path
        if query:
            url = f'{url}?{parse.urlencode(query, doseq=True)}'
        # Without one, the session's own counts.
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
    """Return an endpoint without its version and what follows it."""
    parts = parse.urlsplit(endpoint)
    segments = []
    for segment in parts.path.split('/'):
        if segment[:1] == 'v' and segment[1:2].isdigit():
            break
        segments.append(segment)
    return parse.urlunsplit(
        (parts.scheme, parts.netloc, '/'.join(segments).rstrip('/'), '', '')
    )


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _seconds(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0


def _message(status: int, body: Any, root: str) -> str:
    """Return the text of an error's body; OpenStack puts it under one key
    that differs."""
    if isinstance(body, dict):
        for part in body.values():
            if isinstance(part, dict) and isinstance(part.get('message'), str):
                return f'{text.printable(part["message"])} (HTTP {status})'
    return f'{root} answers with HTTP {status} and says nothing more'
