# SPDX-License-Identifier: Apache-2.0
"""Each module with code has its tests at the same path under tests/unit."""

import ast
import pathlib

from oslotest import base

ROOT = pathlib.Path(__file__).parents[3]

#: The folder of a package -> the folder of its unit tests.
TREES = {
    'nova_actions': 'nova_actions/tests/unit',
    'bridge/nova_actions_bridge': 'nova_actions/tests/unit/bridge',
    'client/nova_actions_client': 'client/nova_actions_client/tests/unit',
}

#: Alembic runs these, and test_migration runs Alembic.
MIGRATIONS = 'nova_actions/db/migrations/'

#: Modules that have no tests of their own yet. None may be added.
MISSING = frozenset(
    (
        'nova_actions/cmd/all.py',
        'nova_actions/cmd/api.py',
        'nova_actions/cmd/conductor.py',
        'nova_actions/cmd/export.py',
        'nova_actions/cmd/process.py',
        'nova_actions/cmd/report.py',
        'nova_actions/cmd/schema.py',
        'nova_actions/cmd/welcome.py',
        'nova_actions/conductor/service.py',
    )
)


def has_code(path):
    """Tell whether a module defines a function, or a class that is more than
    the types of some keys, as a TypedDict is: mypy checks those."""
    tree = ast.parse(path.read_text('utf-8'))
    return any(
        isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.ClassDef) and not _is_typed_keys(node))
        for node in ast.walk(tree)
    )


def _is_typed_keys(node):
    keys = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    return bool(keys) and all(
        isinstance(each, ast.Expr) or (each in keys and each.value is None)
        for each in node.body
    )


def modules():
    """Yield each module with code, and where its tests may be."""
    for tree, tests in TREES.items():
        package = ROOT / tree
        for path in sorted(package.rglob('*.py')):
            name = str(path.relative_to(ROOT))
            if (
                package / 'tests' in path.parents
                or name.startswith(MIGRATIONS)
                or not has_code(path)
            ):
                continue
            inside = ROOT / tests / path.relative_to(package).parent
            if path.name != '__init__.py':
                yield name, [inside / f'test_{path.name}']
            else:
                # A package's tests stand beside its folder, or in it.
                test = f'test_{path.parent.name}.py'
                yield name, [inside.parent / test, inside / test]


class TestMirrors(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not (ROOT / 'client').exists():
            self.skipTest('not a source tree')
        self.missing = {
            name
            for name, tests in modules()
            if not any(test.exists() for test in tests)
        }

    def test_each_module_with_code_has_tests(self):
        self.assertEqual(set(), self.missing - MISSING)

    def test_no_module_is_excused_that_has_tests(self):
        self.assertEqual(set(), MISSING - self.missing)

    def test_there_are_modules(self):
        self.assertGreater(len(list(modules())), 100)
