# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import sql
from nova_actions.tests.unit.sanitize import rule


class SqlTest(rule.RuleTestCase):
    def test_columns(self):
        text = "INSERT INTO t (id, password) VALUES (7, 'a''b'), (8, 'c')"
        self.assertEqual(["a''b", 'c'], self.found(sql, text))

    def test_parameters(self):
        text = (
            '[SQL: UPDATE t SET token=%(p)s WHERE id=%(i)s]'
            " [parameters: {'p': 'b7', 'i': 'c8'}]"
        )
        self.assertEqual(['b7'], self.found(sql, text))

    def test_statements_without_a_secret(self):
        for text in (
            "INSERT INTO t (id, name) VALUES (7, 'b')",
            'CREATE TABLE t (id INTEGER, token_hash CHAR(64))',
        ):
            self.assertEqual([], self.found(sql, text), text)
