# SPDX-License-Identifier: Apache-2.0
"""Sphinx reads each docstring as it is meant."""

import ast
import inspect
import pathlib

from docutils import core
from docutils import nodes
from docutils.parsers.rst import roles
from oslotest import base

ROOT = pathlib.Path(__file__).parents[3]

PACKAGES = (
    'nova_actions',
    'bridge/nova_actions_bridge',
    'client/nova_actions_client',
)
#: A level of docutils; what is below it is about roles of Sphinx.
WARNING = 2

ROLES = ('attr', 'class', 'data', 'doc', 'exc', 'func', 'meth', 'mod')


def docstrings():
    """Yield where each docstring is, and its text."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob('*.py')):
            if ROOT / package / 'tests' in path.parents:
                continue
            for node in ast.walk(ast.parse(path.read_text('utf-8'))):
                if isinstance(
                    node,
                    ast.Module
                    | ast.ClassDef
                    | ast.FunctionDef
                    | ast.AsyncFunctionDef,
                ) and (text := ast.get_docstring(node, clean=False)):
                    name = getattr(node, 'name', '')
                    yield f'{path.relative_to(ROOT)}:{name}', text


class TestDocstrings(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not (ROOT / 'client').exists():
            self.skipTest('not a source tree')
        # Sphinx's own, as far as we use them.
        for role in ROLES:
            roles.register_generic_role(role, nodes.literal)
            roles.register_generic_role(f'py:{role}', nodes.literal)

    def test_they_are_well_formed(self):
        found = {}
        for place, text in docstrings():
            tree = core.publish_doctree(
                inspect.cleandoc(text),
                settings_overrides={'report_level': 5, 'halt_level': 6},
            )
            messages = [
                message.astext()
                for message in tree.findall(nodes.system_message)
                if message['level'] >= WARNING
            ]
            if messages:
                found[place] = messages
        self.assertEqual({}, found)
