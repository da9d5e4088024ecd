# SPDX-License-Identifier: Apache-2.0

import html
import json
from urllib import parse

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslotest import base

from nova_actions.sanitize import text as _text
from nova_actions.sanitize import view

PLAIN = st.text('abcdefKx9 "\'<>&=:,{}й카ü7', min_size=1, max_size=40).map(
    lambda text: f'"{text}"й7'
)


def read(text):
    one = view.of(text)
    return one.text if one else text


class ViewTest(base.BaseTestCase):
    @settings(max_examples=300, deadline=None)
    @given(PLAIN)
    def test_what_was_escaped_is_read_as_it_was(self, plain):
        for escaped in (
            json.dumps(plain)[1:-1],
            html.escape(plain),
            parse.quote(plain, safe=''),
        ):
            self.assertEqual(plain, read(escaped))

    def test_four_digits_and_no_more(self):
        """A hexadecimal digit may stand behind an escaped letter."""
        for letter, escaped in (('й', r'\u0439'), ('😀', r'\U0001f600')):
            for behind in ('7', 'a', '00', 'x'):
                self.assertEqual(letter + behind, read(escaped + behind))

    @settings(max_examples=200, deadline=None)
    @given(PLAIN, st.data())
    def test_a_place_is_known_in_the_text(self, plain, data):
        escaped = json.dumps(plain)[1:-1]
        one = view.of(escaped)
        start = data.draw(st.integers(0, len(plain) - 1))
        end = data.draw(st.integers(start + 1, len(plain)))
        first, last = one.origin(start, end)
        self.assertEqual(
            plain[start:end], json.loads(f'"{escaped[first:last]}"')
        )

    def test_lines_behind_a_log(self):
        prefix = '2026-11-02 10:00:00.%03d 17 ERROR nova [req-1] '
        text = '\n'.join(
            prefix % number + line
            for number, line in enumerate(('password:', ' abc'))
        )
        self.assertIn('password:\n abc', read(text))

    def test_lines_that_are_quoted_added_or_found(self):
        for mark in ('> ', '>', '+', '/etc/a.yaml:%d:', 'a/b.yaml-%d-'):
            text = '\n'.join(
                (mark % number if '%' in mark else mark) + line
                for number, line in enumerate(('password: >-', '  abc'), 10)
            )
            self.assertRegex(read(text), 'password: >-\n {1,2}abc', mark)

    def test_a_line_of_a_log_that_stands_alone(self):
        for prefix in (
            '2026-01-05 10:00:01.124 2345 ERROR nova.x [req-1 a b] ',
            '        2026-01-05 10:00:01.124 2345 INFO nova [-] ',
            'Jan  5 10:00:01 cmp1 nova-compute[12]: ',
            '2026-01-05T10:00:01.1Z stderr F ',
        ):
            text = f'caught: password:\n{prefix} abc'
            self.assertIn('password:\n abc', read(text), prefix)

    def test_a_command_as_a_list(self):
        for text in (
            "Command '['a', 'b', 'c']' failed",
            '"Cmd": ["a", "b", "c"]',
            '"command": ["a","b","c"]',
            'run([\n    "a",\n    "b",\n    "c",\n])',
        ):
            self.assertRegex(read(text), '["\']a b c["\']', text)
        self.assertIn('a -p c', read("['a', '-p', 'c']"))
        for text in ("['a', 'b', 'c']", "cmd: {'a': 'b', 'c': 'd'}"):
            self.assertIsNone(view.of(text), text)

    def test_a_token_in_two_lines(self):
        for half in ('Kx9vQ2rT' * 4, 'gAAAA' + 'x1Y' * 12):
            self.assertIn(half + half, read(f'{half}\n{half}'))

    def test_a_plain_text_has_none(self):
        for text in ('', 'a\nb', 'a + b', '100 % sure', _text.GAP):
            self.assertIsNone(view.of(text), text)
