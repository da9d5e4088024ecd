# SPDX-License-Identifier: Apache-2.0
"""Rows of a cell with their reports: what one transaction is to store."""

import dataclasses
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A batch with its reports."""

    actions: list[tuple[Row, Row]]
    events: list[tuple[Row, Row]]
    owners: list[Row]
    reached: Mapping[str, int]
    skipped: int = 0

    def halves(self) -> tuple['Prepared', 'Prepared']:
        """Return the actions, then the events; of one kind alone, halves.
        The second one notes how far it came."""
        first, second = self.actions, self.events
        at, rest = len(first) // 2, len(second) // 2
        if first and second:
            at, rest = len(first), 0
        return (
            dataclasses.replace(
                self, actions=first[:at], events=second[:rest], reached={}
            ),
            dataclasses.replace(
                self, actions=first[at:], events=second[rest:]
            ),
        )
