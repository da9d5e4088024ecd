# SPDX-License-Identifier: Apache-2.0
"""Texts that the database's encoding can store."""

import sqlalchemy as sa
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base as oslo_base

from nova_actions.db import api as db
from nova_actions.db import charset
from nova_actions.tests import base
from nova_actions.tests.functional import fuzz

#: PostgreSQL's names, and Python's.
ENCODINGS = {
    'LATIN1': 'iso8859-1',
    'LATIN9': 'iso8859-15',
    'WIN1252': 'cp1252',
    'KOI8R': 'koi8-r',
    'EUC_JP': 'euc_jp',
    # One that Python does not have.
    'MULE_INTERNAL': 'ascii',
}
texts = st.text(st.characters(exclude_categories=['Cs']))


class TestCharset(oslo_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(charset.learn, charset.codec)

    def test_names(self):
        for name, codec in ENCODINGS.items():
            charset.learn(name)
            self.assertEqual(codec, charset.codec)

    def test_encodings_of_any_character(self):
        for name in (None, 'UTF8', 'SQL_ASCII'):
            charset.learn('LATIN1')
            charset.learn(name)
            self.assertIsNone(charset.codec)

    @fuzz.examples(30)
    @example('\u00a5', 'EUC_JP')
    @given(texts, st.sampled_from(sorted(ENCODINGS)))
    def test_fitted_text_can_be_stored_and_is_not_changed_again(
        self, text, encoding
    ):
        charset.learn(encoding)
        fitted = charset.fit(text)
        self.assertEqual(fitted, charset.fit(fitted))
        self.assertEqual(
            fitted, fitted.encode(charset.codec).decode(charset.codec)
        )
        for before, after in zip(text, fitted, strict=True):
            self.assertIn(after, (before, '?'))

    @fuzz.examples(30)
    @given(texts)
    def test_text_that_fits_is_kept(self, text):
        charset.learn('UTF8')
        self.assertEqual(text, charset.fit(text))

    @fuzz.examples(30)
    @given(st.dictionaries(st.text(), texts | st.none() | st.integers()))
    def test_row_counts_what_was_replaced(self, row):
        charset.learn('LATIN1')
        fitted, replaced = charset.fit_row(row)
        self.assertEqual(row.keys(), fitted.keys())
        self.assertEqual(
            sum(
                ord(character) > 255
                for value in row.values()
                if isinstance(value, str)
                for character in value
            ),
            replaced,
        )
        for name, value in row.items():
            if not isinstance(value, str):
                self.assertIs(value, fitted[name])


class TestPostgresql(base.ObjectTestCase):
    BACKEND = 'postgresql'

    def test_it_stores_each_character_that_fits(self):
        self.addCleanup(charset.learn, charset.codec)
        every = ''.join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x30000)]))
        with db.engine().connect() as connection:
            # A database may have one of the first 35 (pg_wchar.h).
            names = (
                connection.exec_driver_sql(
                    'SELECT pg_encoding_to_char(n) '
                    'FROM generate_series(0, 34) '
                    "AS n WHERE pg_encoding_to_char(n) <> ''"
                )
                .scalars()
                .all()
            )
            self.assertIn('EUC_JP', names)
            for name in names:
                charset.learn(name)
                if charset.codec in (None, 'ascii'):
                    continue
                fitted = charset.fit(every)
                # It raises an error for a character that it does not have.
                connection.scalar(
                    sa.select(sa.func.length(sa.func.convert_to(fitted, name)))
                )
                self.assertGreater(len({*fitted}), 200, name)
