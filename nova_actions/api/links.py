# SPDX-License-Identifier: Apache-2.0
"""Links in responses: the address of this API as the client sees it."""

import dataclasses
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib import parse

from nova_actions import exception

if TYPE_CHECKING:
    import falcon

# scheme -> its port, which is left out
_SCHEMES = {'http': ':80', 'https': ':443'}
# What may stand unquoted in a path (RFC 3986).
_PATH_SAFE = "/~!$&'()*+,;=:@"
#: A host and a port (RFC 3986, section 3.2.2).
_HOST = re.compile(
    r"(?:\[[0-9A-Fa-fv.:]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    r'(?::[0-9]*)?',
    re.ASCII,
)


@dataclasses.dataclass(frozen=True)
class Links:
    """Makes links of one request.

    :param root: the address of ``/`` as the client sees it, no slash at the
        end
    :param prefix: ``[api] compute_link_prefix``: replaces scheme and host,
        and its path is put before ours
    :param public_url: ``[api] public_url``: the address of ``/`` in version
        documents, whatever the request says
    :param project_id: the project in the path asked, if there was one
    :param version_name: the version in the path asked
    """

    root: str
    version_name: str = 'v2.1'
    prefix: str | None = None
    public_url: str | None = None
    project_id: str | None = None

    def version(self, name: str | None = None) -> str:
        """Return the address of a version of the API, the one asked by
        default."""
        name = name or self.version_name
        if self.public_url:
            return f'{self.public_url.rstrip("/")}/{name}/'
        return self._prefixed(f'{self.root}/{name}') + '/'

    def collection(
        self, path: str, query: Mapping[str, str | list[str]]
    ) -> str:
        """Return the address of a collection in the version asked.

        :param query: parameters; they are sorted by name and encoded
        """
        return (
            f'{self.resource(path)}?'
            f'{parse.urlencode(sorted(query.items()), doseq=True)}'
        )

    def resource(self, path: str) -> str:
        """Return the address of a resource in the version asked."""
        return self._below(f'{self.root}/{self.version_name}', path)

    def bookmark(self, path: str) -> str:
        """Return the address of a resource in no version (Nova's)."""
        return self._below(self.root, path)

    def own(self) -> 'Links':
        """Return the links of our own API, which is at the address of this
        service, wherever Nova's endpoint is."""
        return dataclasses.replace(
            self, prefix=None, root=(self.public_url or self.root).rstrip('/')
        )

    def _below(self, start: str, path: str) -> str:
        parts = [self._prefixed(start).strip('/')]
        if self.project_id:
            parts.append(self.project_id)
        return '/'.join((*parts, path))

    def _prefixed(self, url: str) -> str:
        if not self.prefix:
            return url
        old = parse.urlsplit(url)
        new = parse.urlsplit(self.prefix)
        return parse.urlunsplit(
            (
                new.scheme,
                new.netloc,
                new.path + old.path,
                old.query,
                old.fragment,
            )
        ).rstrip('/')


def root_url(req: 'falcon.Request') -> str:
    """Return the address of ``/`` as the client sees it.

    It comes from the Host header (or the proxy's headers, if
    http_proxy_to_wsgi is enabled); a default port is left out.

    :raises InvalidInput: the header is no host and port (RFC 9112, section
        3.2), or the proxy's scheme is neither http nor https
    """
    env = req.env
    scheme = env['wsgi.url_scheme'].lower()
    if scheme not in _SCHEMES:
        raise exception.InvalidInput(
            argument='X-Forwarded-Proto', reason='it is not http or https'
        )
    host = env.get('HTTP_HOST')
    if host is None:
        host = f'{env["SERVER_NAME"]}:{env["SERVER_PORT"]}'
    elif not _HOST.fullmatch(host):
        raise exception.InvalidInput(
            argument='Host', reason='it is not a host and port'
        )
    host = host.removesuffix(_SCHEMES[scheme])
    path = parse.quote(
        env.get('SCRIPT_NAME', '').encode('latin-1'), safe=_PATH_SAFE
    )
    return f'{scheme}://{host}{path.rstrip("/")}'
