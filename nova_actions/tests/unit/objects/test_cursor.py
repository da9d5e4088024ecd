# SPDX-License-Identifier: Apache-2.0
"""A cursor is good for its own search, and nobody else can make one."""

import base64
import string

from hypothesis import assume
from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions import exception
from nova_actions.db.search import scan
from nova_actions.objects import cursor

KEYS = strategies.binary(min_size=32, max_size=32)
TERMS = strategies.dictionaries(
    strategies.sampled_from(('action', 'status', 'sort')),
    strategies.lists(strategies.text(max_size=5), min_size=1, max_size=2),
)
CURSORS = strategies.builds(
    cursor.Cursor,
    strategies.datetimes(),
    strategies.builds(
        scan.Place,
        strategies.none() | strategies.datetimes(),
        strategies.uuids().map(str),
    ),
)


class TestCursor(base.BaseTestCase):
    @given(KEYS, TERMS, CURSORS)
    def test_it_comes_back(self, key, terms, packed):
        text = cursor.pack(key, terms, packed)
        self.assertLessEqual(len(text), cursor.LIMIT)
        self.assertEqual(
            set(), set(text) - set(string.ascii_letters + string.digits + '-_')
        )
        self.assertEqual(packed, cursor.unpack(key, terms, text))

    @given(KEYS, KEYS, TERMS, TERMS, CURSORS)
    def test_it_goes_with_its_key_and_filters_alone(
        self, key, other_key, terms, other_terms, packed
    ):
        text = cursor.pack(key, terms, packed)
        for tried in ((other_key, terms), (key, other_terms)):
            if tried != (key, terms):
                self.assertRaises(
                    exception.InvalidInput, cursor.unpack, *tried, text
                )

    @given(KEYS, TERMS, CURSORS, strategies.data())
    def test_not_one_bit_can_be_changed(self, key, terms, packed, data):
        text = cursor.pack(key, terms, packed)
        raw = bytearray(
            base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
        )
        bit = data.draw(strategies.integers(0, 8 * len(raw) - 1))
        raw[bit // 8] ^= 1 << bit % 8
        self.assertRaises(
            exception.InvalidInput,
            cursor.unpack,
            key,
            terms,
            base64.urlsafe_b64encode(raw).decode().rstrip('='),
        )

    @given(KEYS, TERMS, strategies.text(max_size=2000))
    def test_any_other_text_is_refused(self, key, terms, text):
        assume(text)
        error = self.assertRaises(
            exception.InvalidInput, cursor.unpack, key, terms, text
        )
        self.assertEqual('cursor', error.kwargs['argument'])
