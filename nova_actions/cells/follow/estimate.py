# SPDX-License-Identifier: Apache-2.0
"""How much there is to copy of a cell."""

import dataclasses

from nova_actions.cells.follow import source
from nova_actions.cells.follow import source_row
from nova_actions.cells.follow import state

#: How many of the newest rows of a table tell how large one is.
SAMPLE = 200


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What is to be copied at the most: ids may have gaps, and what is older
    than our own retention is left out.

    :param seconds: by the rate that is allowed
    """

    actions: int
    events: int
    bytes: int
    seconds: float


def make(
    cell: source.Source, progress: state.State | None, rate: int
) -> Estimate:
    """Return how much is left to copy.

    :raises CellUnavailable: the cell does not answer
    """
    rows, size = {}, 0
    for name, after in (
        (source_row.ACTIONS, progress['action_id'] if progress else 0),
        (source_row.EVENTS, progress['event_id'] if progress else 0),
    ):
        rows[name] = sum(
            max(0, high - max(low - 1, after))
            for low, high in cell.ask(source.edges, name)
            if high
        )
        sample = cell.ask(source.newest, name, SAMPLE)
        total = sum(
            len(str(value))
            for row in sample
            for value in row.values()
            if value is not None
        )
        size += rows[name] * total // max(1, len(sample))
    actions, events = rows[source_row.ACTIONS], rows[source_row.EVENTS]
    return Estimate(actions, events, size, (actions + events) / rate)
