# SPDX-License-Identifier: Apache-2.0
"""Ids and markers of a cell's rows."""

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions.cells import ids

_cells = strategies.from_regex(ids.NAME, fullmatch=True)
_rows = strategies.integers(1, 2**40 - 1)


class IdsTest(base.BaseTestCase):
    @given(_cells, _rows)
    def test_ids(self, cell, row_id):
        """They are negative, fit 64 bits, and tell the cell and the row."""
        found = ids.encode(cell, row_id)
        self.assertTrue(-(2**63) <= found < 0)
        self.assertEqual((ids.tag(cell), row_id), ids.decode(found))

    @given(_cells, _rows, _cells)
    def test_markers(self, cell, row_id, other):
        marker = ids.marker(cell, row_id)
        self.assertTrue(ids.is_marker(marker))
        self.assertEqual(row_id, ids.marked(marker, cell))
        if other != cell:
            self.assertIsNone(ids.marked(marker, other))

    @given(strategies.text())
    def test_anything_else_is_not_a_marker(self, text):
        if not text.startswith('cell:'):
            self.assertFalse(ids.is_marker(text))
            self.assertIsNone(ids.marked(text, 'east'))

    def test_what_begins_like_a_marker(self):
        for text in ('cell:a', 'cell:a:x', 'cell::1', 'cell:a:1:2'):
            self.assertFalse(ids.is_marker(text), text)

    def test_an_id_that_is_too_large(self):
        self.assertIsNone(ids.marked(f'cell:east:{2**40}', 'east'))
