# SPDX-License-Identifier: Apache-2.0
"""What is measured."""

import dataclasses

SIDES = ('nova', 'bare', 'ours')


@dataclasses.dataclass(frozen=True)
class Workload:
    """Something that clients do again and again.

    :param name: what a side calls it
    :param clients: how many threads of one process do it at once
    :param by_rpc: whether a conductor does it for them
    :param stands_for: names that other sides have for the same, by side
    """

    name: str
    clients: int = 1
    by_rpc: bool = False
    stands_for: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        way = ' by RPC' if self.by_rpc else ''
        many = f', {self.clients} clients' if self.clients > 1 else ''
        return f'{self.name}{way}{many}'

    @property
    def is_alone(self) -> bool:
        """Whether nobody else writes: SQLite lets Nova's calls fail else."""
        return self.clients == 1 and not self.by_rpc

    def of(self, side: str) -> str:
        """Return the name that a side has for it."""
        return dict(self.stands_for).get(side, self.name)


WORKLOADS = (
    # An action with three steps: seven calls.
    Workload('record'),
    Workload('record', 8),
    # A step: its start and its end.
    Workload('event'),
    Workload('event', 8),
    # Steps of one action.
    Workload('shared event', 8),
    Workload('event', by_rpc=True),
    Workload('shared event', 8, by_rpc=True),
    # Steps that a spool takes; for Nova, which has none, those by RPC.
    Workload('durable', 4, by_rpc=True, stands_for=(('nova', 'event'),)),
    Workload('list'),
    Workload('deep'),
    Workload('show'),
    Workload('REST list'),
    Workload('REST deep'),
    Workload('REST show'),
)
