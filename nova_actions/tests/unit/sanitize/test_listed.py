# SPDX-License-Identifier: Apache-2.0
"""Commands whose words are listed."""

import json

from oslotest import base

from nova_actions.sanitize import listed
from nova_actions.sanitize import view
from nova_actions.tests.unit.sanitize import planted


class ListedTest(base.BaseTestCase):
    def read(self, text):
        """Return a text with its commands as a shell reads them."""
        out, done = [], 0
        for start, end, new in listed.changes(text):
            out += [text[done:start], new]
            done = end
        return ''.join([*out, text[done:]])

    def test_it_is_the_line_of_the_shell(self):
        make = planted.Maker(3)
        for number in range(2, 20):
            words = [
                make.some('abcxyz019./=', 1 + number)
                for _each in range(number)
            ]
            words.insert(1, '-v')
            for shown in (repr(words), json.dumps(words)):
                quote = shown[1]
                self.assertEqual(
                    f'Command: [{quote}{" ".join(words)}{quote}] failed',
                    self.read(f'Command: {shown} failed'),
                )

    def test_other_lists(self):
        for text in (
            "columns ['id', 'name', 'status']",
            "['a', 'b'] and ('c', 'd')",
            "Cmd: ['a']",
            'no list',
        ):
            self.assertEqual([], list(listed.changes(text)))
            self.assertIsNone(view.of(text))

    def test_one_that_is_called(self):
        self.assertEqual(
            "run(['user add bob'])", self.read("run(['user', 'add', 'bob'])")
        )
