# SPDX-License-Identifier: Apache-2.0
"""What is recognised plain is recognised however it is spelled."""

import ast
import html
import itertools
import json
import pathlib
import re
from urllib import parse

from oslotest import base

from nova_actions import sanitize
from nova_actions.tests.unit.sanitize import planted

_FOLDER = pathlib.Path(__file__).parent
_SECRET = re.compile('⟨([^⟩]*)⟩')
_RULE = re.compile(r'\[REDACTED:F[0-9]{1,2}\]')
LARGE = 1 << 20


def cases(name='cases'):
    """Yield texts with their secrets in brackets."""
    text = (_FOLDER / f'{name}.txt').read_text(encoding='utf-8')
    for line in text.splitlines():
        if not line.startswith('# '):
            yield line.replace('⏎', '\n').replace('§', '')


def _u(text):
    return ''.join(
        char if char.isalnum() or char in ' -_.\n' else f'\\u{ord(char):04x}'
        for char in text
    )


def _un_u(text):
    return re.sub(r'\\u([0-9a-f]{4})', lambda m: chr(int(m[1], 16)), text)


_PREFIX = (
    '2026-11-02 10:00:00.{:03} 17 ERROR nova.compute.manager'
    ' [req-1d2c3b4a-0000-4abc-9def-0123456789ab] '
)


def _logged(text):
    return '\n'.join(
        _PREFIX.format(number) + line
        for number, line in enumerate(text.split('\n'))
    )


def _unlogged(text):
    return '\n'.join(line[len(_PREFIX) - 2 :] for line in text.split('\n'))


#: How a text is spelled, and how it is read again.
SPELLINGS = {
    'html': (html.escape, html.unescape),
    'percent': (lambda text: parse.quote(text, safe=''), parse.unquote),
    'form': (parse.quote_plus, parse.unquote_plus),
    'json': (json.dumps, json.loads),
    'json as it is': (
        lambda text: json.dumps(text, ensure_ascii=False),
        json.loads,
    ),
    'repr': (repr, ast.literal_eval),
    'bytes': (
        lambda text: repr(text.encode()),
        lambda text: ast.literal_eval(text).decode(),
    ),
    'u': (_u, _un_u),
    'log': (_logged, _unlogged),
}


class SpellingTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.sanitizer = sanitize.Sanitizer()

    def _masked(self, text):
        return _RULE.sub('@', self.sanitizer.text(text, LARGE).text)

    def test_plain(self):
        for case in cases():
            self.assertEqual(
                _SECRET.sub('@', case), self._masked(_SECRET.sub(r'\1', case))
            )

    def test_field(self):
        """Kinds of texts from everywhere: no secret of theirs stays."""
        number = 0
        for case in cases('field'):
            safe = self.sanitizer.text(_SECRET.sub(r'\1', case), LARGE).text
            for secret in _SECRET.findall(case):
                number += 1
                self.assertNotIn(secret, safe, case)
        self.assertLess(500, number)

    def test_each_spelling_and_each_pair(self):
        """Read again, the text is as if it had been made safe plain; in the
        rest the secret is gone, with a sign or a word beside it."""
        pairs = [
            *itertools.product(SPELLINGS, repeat=1),
            *itertools.product(SPELLINGS, repeat=2),
        ]
        tried = other = 0
        for case in cases():
            plain, wanted = _SECRET.sub(r'\1', case), _SECRET.sub('@', case)
            for names in pairs:
                # A prefix within a token goes with it; a form without any
                # code is told from a sentence by having no blank.
                if 'log' in names and ('\n' in case or 'form' in names):
                    continue
                found = self._respelled(plain, names)
                tried += 1
                if found != wanted:
                    other += 1
                    for secret in _SECRET.findall(case):
                        self.assertNotIn(secret, found, f'{names}: {plain}')
        self.assertGreater(tried, 5000)
        self.assertLess(other / tried, 0.02)

    def _respelled(self, text, names):
        for name in names:
            text = SPELLINGS[name][0](text)
        text = self._masked(text)
        for name in reversed(names):
            try:
                text = SPELLINGS[name][1](text)
            except (ValueError, SyntaxError):
                return text
        return text

    def test_behind_a_log(self):
        for case in cases():
            found = self._masked(_logged(_SECRET.sub(r'\1', case)))
            for secret in _SECRET.findall(case):
                for part in secret.split('\n'):
                    self.assertNotIn(part, found)

    def test_the_name_of_the_next_value_is_no_part_of_this_one(self):
        make = planted.Maker(20261127)
        texts = [
            text for text, _secret in planted.headers(make) if '\n' not in text
        ]
        for text, behind in itertools.pairwise(texts):
            both = self._masked(f'{text}\n{behind}')
            self.assertEqual(
                f'{self._masked(text)}\n{self._masked(behind)}', both
            )

    def test_what_is_planted_elsewhere(self):
        make = planted.Maker(20261127)
        texts = [
            one
            for one, _secret in planted.keyed(make)
            if one.isprintable() and '\\' not in one
        ]
        for number, text in enumerate(texts):
            name = list(SPELLINGS)[number % (len(SPELLINGS) - 1)]
            self.assertEqual(
                self._masked(text),
                self._respelled(text, (name,)),
                (name, text),
            )
