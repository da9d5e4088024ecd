# SPDX-License-Identifier: Apache-2.0
"""Where the log is: our own API, or else what a plain Nova has of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from keystoneauth1 import exceptions as ksa_exceptions
from osc_lib import exceptions

from nova_actions_client import compute
from nova_actions_client import feed
from nova_actions_client import http
from nova_actions_client import log
from nova_actions_client import record
from nova_actions_client import stat

SERVICE_TYPE = 'instance-actions'


class Log(Protocol):
    """What commands ask."""

    #: what it cannot say, for a person; None when it can say everything
    missing: str | None

    def actions(self, query: Mapping[str, Any], limit: int | None) -> 'Listed':
        """Return actions; all of them without a limit."""

    def changes(
        self, query: Mapping[str, Any], cursor: str | None
    ) -> feed.Feed:
        """Return what happens after a cursor, or from now on."""

    def stats(self, by: Sequence[str], query: Mapping[str, Any]) -> stat.Stats:
        """Return how many actions there are of each group."""

    def of_server(
        self, server: str, kind: str | None = None
    ) -> Iterator[record.Action]:
        """Yield the actions of a server, of a kind, newest first."""

    def newest(self, query: Mapping[str, Any]) -> Iterator[record.Action]:
        """Yield the newest action that fits a query, of any project that
        may be looked at."""

    def action(self, name: str, server: str | None = None) -> record.Action:
        """Return an action with its steps, by any of its ids."""


class Listed(Protocol):
    """Actions as they are fetched, page by page."""

    #: there are more than were wanted
    more: bool
    #: a sentence for each thing that may be missing
    incomplete: list[str]

    def __iter__(self) -> Iterator[record.Action]: ...


def find(manager: Any, endpoint: str | None = None) -> Log:
    """Return the log of a cloud.

    :param manager: osc-lib's client manager
    :param endpoint: its address, where the catalog is not to be asked
    :raises CommandError: when the cloud has neither
    """
    manager.setup_auth()
    ours = endpoint or _endpoint(manager, SERVICE_TYPE)
    if ours is not None:
        root = http.root_of(ours)
        service = http.Service(
            manager.session, root, f'{SERVICE_TYPE} {log.MICROVERSION}'
        )
        if log.is_at(service):
            return log.Log(service)
    nova = ours or _endpoint(manager, 'compute')
    if nova is None:
        raise exceptions.CommandError(
            'The catalog has neither an action log (service type '
            f'"{SERVICE_TYPE}") nor a compute service; name an address by '
            '--action-log-endpoint'
        )
    return _nova(manager, _versioned(nova))


def _nova(manager: Any, address: str) -> compute.Log:
    return compute.Log(
        http.Service(
            manager.session, address, f'compute {compute.MICROVERSION}'
        )
    )


def _endpoint(manager: Any, service_type: str) -> str | None:
    key = f'{service_type.replace("-", "_")}_endpoint_override'
    override = manager.get_configuration().get(key)
    if override:
        return str(override)
    try:
        found = manager.session.get_endpoint(
            service_type=service_type,
            region_name=manager.region_name,
            interface=manager.interface,
        )
    except ksa_exceptions.EndpointNotFound:
        return None
    except ksa_exceptions.ClientException as error:
        raise exceptions.CommandError(str(error)) from error
    return None if found is None else str(found)


def _versioned(endpoint: str) -> str:
    """Return an endpoint of Nova with the version that has microversions."""
    root = http.root_of(endpoint)
    return endpoint if root != endpoint.rstrip('/') else f'{root}/v2.1'
