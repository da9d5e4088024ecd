# SPDX-License-Identifier: Apache-2.0
"""Find the log of a cloud: the action log, or else Nova's own."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from keystoneauth1 import exceptions as ksa_exceptions
from osc_lib import clientmanager
from osc_lib import exceptions

from nova_actions_client import compute
from nova_actions_client import feed
from nova_actions_client import http
from nova_actions_client import log
from nova_actions_client import record
from nova_actions_client import stat
from nova_actions_client import view

SERVICE_TYPE = 'instance-actions'


class Log(Protocol):
    """A log that the commands ask."""

    #: a sentence about what it does not tell; None when it tells all
    missing: str | None

    def actions(self, query: view.Query, limit: int | None) -> 'Listed':
        """Return the actions that match a query; None: no limit."""

    def changes(self, query: view.Query, cursor: str | None) -> feed.Feed:
        """Return the changes after a cursor, or from now on."""

    def stats(self, by: Sequence[str], query: view.Query) -> stat.Stats:
        """Return statistics of the actions that match a query."""

    def of_server(
        self, server: str, kind: str | None, all_projects: bool
    ) -> Iterator[record.Action]:
        """Yield actions of a server, the newest first, perhaps not all.

        :param kind: only of this kind
        :param all_projects: see :func:`option.add_scope`
        """

    def newest(self, query: view.Query) -> Iterator[record.Action]:
        """Yield the newest action that matches a query, of all projects
        where that is allowed."""

    def action(self, name: str, server: str | None = None) -> record.Action:
        """Return an action with its steps, by one of its ids."""


class Listed(Protocol):
    """Actions, fetched page by page as they are iterated over."""

    #: there are more than the limit
    more: bool
    #: a sentence for each thing that the list may lack
    incomplete: list[str]

    def __iter__(self) -> Iterator[record.Action]: ...


def find(
    manager: clientmanager.ClientManager, endpoint: str | None = None
) -> Log:
    """Return the log of a cloud.

    :param manager: has the session
    :param endpoint: the address of the log, instead of the catalog's
    :raises CommandError: when there is neither an action log nor Nova
    """
    manager.setup_auth()
    ours = endpoint or _endpoint(manager, SERVICE_TYPE)
    if ours is not None:
        found = _at(manager, http.root_of(ours))
        if found is not None:
            return found
        raise exceptions.CommandError(
            f'There is neither an action log nor Nova at {ours}'
        )
    nova = _endpoint(manager, 'compute')
    if nova is None:
        raise exceptions.CommandError(
            'The catalog has neither an action log (service type '
            f'"{SERVICE_TYPE}") nor a compute service; give an address with '
            '--action-log-endpoint'
        )
    return _nova(manager, _versioned(nova))


def _at(manager: clientmanager.ClientManager, root: str) -> Log | None:
    """Return the log at an address without a version; None when there is
    none."""
    service = http.Service(
        manager.session, root, f'{SERVICE_TYPE} {log.MICROVERSION}'
    )
    if log.is_at(service):
        return log.Log(service)
    if compute.is_at(service):
        return _nova(manager, f'{root}/v2.1')
    return None


def _nova(manager: clientmanager.ClientManager, address: str) -> compute.Log:
    return compute.Log(
        http.Service(
            manager.session, address, f'compute {compute.MICROVERSION}'
        )
    )


def _endpoint(
    manager: clientmanager.ClientManager, service_type: str
) -> str | None:
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
