# SPDX-License-Identifier: Apache-2.0
"""Who asks for things in the simulated cloud, and the names of servers."""

import dataclasses
import uuid

from nova_actions.context import RequestContext
from nova_actions.demo import clock

Context = RequestContext


def id_of(name: str) -> uuid.UUID:
    """Return the id of something in the cloud; it is the same in each run."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.nova-actions.invalid')


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody who asks for things."""

    name: str
    project: str
    roles: tuple[str, ...]

    @property
    def user_id(self) -> str:
        return id_of(self.name).hex

    @property
    def project_id(self) -> str:
        return id_of(self.project).hex

    def context(self) -> Context:
        """Return the context of a new request."""
        return Context(
            user_id=self.user_id,
            user_name=self.name,
            project_id=self.project_id,
            project_name=self.project,
            roles=list(self.roles),
            timestamp=clock.utcnow(),
            # As nova-api decides it by its policy.
            is_admin='admin' in self.roles,
        )


ALICE = Person('alice', 'shop', ('member', 'reader'))
BOB = Person('bob', 'lab', ('member', 'reader'))
CAROL = Person('carol', 'operations', ('admin', 'member', 'reader'))

#: The names of the servers; the tenants have every other one.
NAMES = tuple(
    f'{tenant}-{role}'
    for pair in zip(
        (
            'web-1',
            'web-2',
            'web-3',
            'cart-1',
            'cart-2',
            'database-1',
            'database-2',
            'search-1',
            'mail-1',
            'backup-1',
        ),
        (
            'notebook-1',
            'notebook-2',
            'training-1',
            'training-2',
            'training-3',
            'builder-1',
            'builder-2',
            'dataset-1',
            'gateway-1',
            'scratch-1',
        ),
        strict=True,
    )
    for tenant, role in zip(('shop', 'lab'), pair, strict=True)
)


def owner_of(number: int) -> Person:
    """Return whose a server is, by its place in :data:`NAMES`."""
    return (ALICE, BOB)[number % 2]


def server_id(number: int) -> str:
    """Return the UUID of a server."""
    return str(id_of(f'server-{number}'))
