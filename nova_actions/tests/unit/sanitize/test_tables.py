# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import tables


class TablesTest(base.BaseTestCase):
    def test_each_row_has_as_many_columns(self):
        for name, columns in (('lines', 3), ('vendors', 3)):
            rows = tables.rows(name)
            self.assertNotEqual([], rows)
            for row in rows:
                self.assertEqual(columns, len(row), row)

    def test_no_row_stands_twice(self):
        for name in ('lines', 'vendors', 'programs'):
            rows = [tuple(row) for row in tables.rows(name)]
            self.assertEqual(len(set(rows)), len(rows), name)
