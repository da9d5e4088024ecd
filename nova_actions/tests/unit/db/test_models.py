# SPDX-License-Identifier: Apache-2.0
"""Invariants of the tables."""

import sqlalchemy as sa
from oslotest import base
from sqlalchemy.dialects import mysql

from nova_actions.db import charset
from nova_actions.db import models

COLUMNS = [
    column
    for table in models.Base.metadata.tables.values()
    for column in table.columns
]
#: What we write ourselves, in ASCII.
OURS = frozenset(
    (
        'about',
        'cell',
        'evidence',
        'holder',
        'kind',
        'lost',
        'outcome',
        'reason',
        'rules',
        'secret',
        'seen',
        'source',
        'status',
    )
)


class TestModels(base.BaseTestCase):
    def test_texts_of_others_are_fitted_to_the_encoding(self):
        """Or PostgreSQL would refuse a row for one character."""
        for column in COLUMNS:
            if column.type.python_type is str and column.name not in OURS:
                self.assertIsInstance(
                    column.type, charset._Fitted, str(column)
                )

    def test_times_have_microseconds_on_mysql(self):
        for column in COLUMNS:
            if isinstance(column.type, sa.DateTime):
                found = column.type.dialect_impl(mysql.dialect())
                self.assertEqual(6, getattr(found, 'fsp', None), str(column))

    def test_mysql_compares_exactly(self):
        for table in models.Base.metadata.tables.values():
            for name in ('mysql', 'mariadb'):
                self.assertEqual(
                    ('InnoDB', 'utf8mb4_bin'),
                    tuple(
                        table.dialect_options[name][option]
                        for option in ('engine', 'collate')
                    ),
                    table.name,
                )

    def test_indexed_names_fit_an_index_of_mysql(self):
        """An index has 3072 bytes at the most, a character four."""
        for table in models.Base.metadata.tables.values():
            for index in table.indexes:
                size = sum(
                    4 * (getattr(column.type, 'length', None) or 2)
                    for column in index.columns
                )
                self.assertLessEqual(size, 3072, index.name)
