# SPDX-License-Identifier: Apache-2.0
"""Every pattern means the same on every Python that is supported."""

import ast
import importlib
import pathlib
import pkgutil
import re
from re import _parser

from oslotest import base

import nova_actions
from nova_actions import sanitize
from nova_actions.sanitize import family
from nova_actions.sanitize import pattern


def modules():
    for info in pkgutil.walk_packages(nova_actions.__path__, 'nova_actions.'):
        # Alembic's env.py runs when it is imported.
        if not info.name.startswith(
            ('nova_actions.tests', 'nova_actions.db.migrations.env')
        ):
            yield importlib.import_module(info.name)


def compiled(value):
    """Yield the patterns in the value of a module's name."""
    if isinstance(value, re.Pattern):
        yield value.pattern, value.flags
    elif isinstance(value, family.Family):
        yield from compiled(value.pattern)
    elif isinstance(value, dict):
        yield from compiled([*value, *value.values()])
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from compiled(item)


def literal(module):
    """Yield the patterns that stand in calls of ``re``."""
    source = pathlib.Path(module.__file__).read_text(encoding='utf-8')
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id='re')),
                args=[ast.Constant(value=str(found)), *_],
            ):
                yield found, 0


class PortableTest(base.BaseTestCase):
    def test_every_pattern(self):
        found = {
            each
            for module in modules()
            for each in (
                *compiled(list(vars(module).values())),
                *literal(module),
            )
            if isinstance(each[0], str)
        }
        self.assertGreater(len(found), 150)
        for text, flags in found:
            with self.subTest(text):
                pattern.check_portable(_parser.parse(text, flags))

    def test_what_differs_is_seen(self):
        for text in (
            '(?:ab?c)++',
            'x(?:(?!b)[^c]){1,9}+',
            '(a)?+',
            '(?:a|bc)*+',
            '(?=(?>x|(?:ab)++))',
            '(?:a[b-d]++){0,2}+',
        ):
            self.assertRaises(
                ValueError, pattern.check_portable, _parser.parse(text)
            )
        for text in ('a++[^b]*+.?+', '(?>(?:ab?c)+)', '(?:a)++', '(?:ab)+'):
            pattern.check_portable(_parser.parse(text))

    def test_an_operators_pattern(self):
        error = self.assertRaises(
            ValueError,
            sanitize.Sanitizer,
            extra_patterns=['X(?:[0-9]{2}:){1,3}+'],
        )
        self.assertIn('possessive', str(error))
        same = sanitize.Sanitizer(extra_patterns=['X(?>(?:[0-9]{2}:){3})'])
        self.assertEqual('[REDACTED:FX]1', same.text('X11:22:33:1', 99).text)
