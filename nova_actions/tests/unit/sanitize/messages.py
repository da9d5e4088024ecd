# SPDX-License-Identifier: Apache-2.0
"""What installed libraries say in logs and errors: texts that nobody chose
for a test."""

import ast
import pathlib
import re
from collections.abc import Iterator
from importlib import machinery

LIBRARIES = (
    'keystoneauth1',
    'keystonemiddleware',
    'oslo_config',
    'oslo_db',
    'oslo_messaging',
    'oslo_policy',
    'oslo_service',
    'oslo_utils',
    'falcon',
    'urllib3',
    'amqp',
    'kombu',
    'pymysql',
    'alembic',
    'dogpile',
)
_LOGGED = {'debug', 'info', 'warning', 'error', 'exception', 'critical'}
# What is put in there is a secret, and is rightly taken out.
_SECRET = re.compile(r'(?:token|creds)\w*[:=] ?%')
_FILLED = re.compile(r'%(?:\(\w+\))?[-#0-9.]*(?P<kind>[srdxif])')


def _texts(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return node.exc.args
    if isinstance(node, ast.Assign):
        named = any(
            getattr(target, 'id', '') in ('msg', 'message', 'msg_fmt')
            for target in node.targets
        )
        return [node.value] if named else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.args[:1] if node.func.attr in _LOGGED else []
    return []


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    text = node.value if isinstance(node, ast.Constant) else ''
    return text if isinstance(text, str) else ''


def _modules() -> Iterator[pathlib.Path]:
    for name in LIBRARIES:
        # Not importlib.util's: that one fails on kombu once it is imported.
        found = machinery.PathFinder.find_spec(name)
        for folder in found.submodule_search_locations or () if found else ():
            for path in pathlib.Path(folder).rglob('*.py'):
                if 'test' not in path.as_posix().rpartition(name)[2]:
                    yield path


def messages() -> set[str]:
    """Return them, filled with what tells nothing."""
    found = set()
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            found |= {_literal(text) for text in _texts(node)}
    return {
        _FILLED.sub(
            lambda match: 'cmp1' if match['kind'] in 'sr' else '17', text
        )
        for text in found
        if len(text) > 8 and text.isprintable() and not _SECRET.search(text)
    }
