# SPDX-License-Identifier: Apache-2.0
"""The base of machines that do something to a cell, and follow it."""

import contextlib
import datetime
from typing import Any

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions.tests import FULL
from nova_actions.tests import fixtures
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow


class Died(Exception):
    """Of who follows."""


class Machine(stateful.RuleBasedStateMachine):
    """A cell that is followed, with a server in it; what follows may die at
    any time."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.objects = fixtures.Objects()
        self.objects.setUp()
        self.cell = fixtures_cells.Cell(self.objects.conf)
        self.cell.setUp()
        self.cell.add_shadows()
        self.following = fixtures_follow.Following(self.cell, **options)
        self.following.setUp()
        self.server = self.cell.server()
        self._number = 0

    def teardown(self) -> None:
        with contextlib.ExitStack() as stack:
            for each in (self.objects, self.cell, self.following):
                stack.callback(each.cleanUp)
            self.in_the_end()

    def in_the_end(self) -> None:
        """Do what is to be done last."""

    def take_number(self) -> int:
        """Return a number that was never taken before."""
        self._number += 1
        return self._number

    def time(self, apart: int = 1) -> datetime.datetime:
        """Return a time, at least so many seconds after all others."""
        return fixtures_cells.START + (
            self.take_number() * apart * fixtures_cells.SECOND
        )

    def round(self) -> None:
        """Follow until all is copied that there is."""
        raise NotImplementedError

    @stateful.rule(batches=st.integers(0, 5))
    def die(self, batches: int) -> None:
        """Die after some batches; another goes on, to the end."""
        left = iter(range(batches))

        def pause(_seconds: float) -> None:
            if next(left, None) is None:
                raise Died

        self.following.follower = self.following.another('first', pause=pause)
        with contextlib.suppress(Died):
            self.following.round()
        self.following.follower = self.following.another('first')
        self.round()


def settings(steps: int) -> hypothesis.settings:
    """Return how a machine is tried: without a search for the shortest
    example, since each takes a second."""
    return hypothesis.settings(
        max_examples=100 if FULL else 8,
        stateful_step_count=steps,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
