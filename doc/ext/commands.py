# SPDX-License-Identifier: Apache-2.0
"""The directive ``commands``: the help of each command, from its own parser.

.. commands:: nova-actions-manage
"""

import argparse
import contextlib
import importlib
import io
import sys
import textwrap
from collections.abc import Iterator

from docutils import nodes
from docutils import statemachine
from sphinx.application import Sphinx
from sphinx.util import docutils
from sphinx.util import nodes as sphinx_nodes

from nova_actions.cmd import grammar

MANAGE = 'nova-actions-manage'


def helps(name: str) -> Iterator[tuple[str, str]]:
    """Yield each command and its help: of the one with verbs, each verb."""
    if name != MANAGE:
        yield name, _printed(name)
        return
    parser = argparse.ArgumentParser(prog=name)
    grammar.add_nouns(parser.add_subparsers(metavar='NOUN'))
    yield from _leaves(parser)


def _leaves(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    below = [
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    if not below:
        yield parser.prog, parser.format_help()
    for action in below:
        for each in action.choices.values():
            yield from _leaves(each)


def _printed(name: str) -> str:
    """Return what a command prints when it is asked for help."""
    module = importlib.import_module(
        f'nova_actions.cmd.{name.rpartition("-")[2]}'
    )
    argv, sys.argv = sys.argv, [name]
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.suppress(SystemExit),
        ):
            module.main(['--help'])
    finally:
        sys.argv = argv
    return out.getvalue()


class Commands(docutils.SphinxDirective):
    """Makes a section of each command."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        lines: list[str] = []
        for title, text in helps(self.arguments[0]):
            lines += [
                title,
                '-' * len(title),
                '',
                '.. code-block:: text',
                '',
                *textwrap.indent(text, '   ').splitlines(),
                '',
            ]
        node = nodes.section()
        node.document = self.state.document
        sphinx_nodes.nested_parse_with_titles(
            self.state, statemachine.StringList(lines, 'commands'), node
        )
        return node.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register it."""
    app.add_directive('commands', Commands)
    return {'parallel_read_safe': True}
