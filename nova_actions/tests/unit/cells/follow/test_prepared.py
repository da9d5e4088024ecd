# SPDX-License-Identifier: Apache-2.0
"""A batch is split until the row is found that the database refuses."""

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cells.follow import prepared

_ROWS = st.lists(
    st.integers(1, 99).map(lambda number: ({'id': number}, {})), max_size=9
)


def parts(batch):
    """Return the single rows of a batch, as halving leaves them."""
    if len(batch.actions) + len(batch.events) <= 1:
        return [batch]
    return [each for half in batch.halves() for each in parts(half)]


class PreparedTest(base.BaseTestCase):
    @given(_ROWS, _ROWS)
    def test_halves(self, actions, events):
        """Each row is stored once, actions before their events; how far the
        batch came is noted once all of it is stored."""
        reached = {'event_id': 7}
        found = parts(prepared.Prepared(actions, events, ['owner'], reached))
        self.assertEqual(
            actions + events,
            [row for each in found for row in each.actions + each.events],
        )
        self.assertEqual(
            [{}] * (len(found) - 1) + [reached],
            [each.reached for each in found],
        )
        # Each part may be the one with the first action of a server.
        for each in found:
            self.assertEqual(['owner'], each.owners)
