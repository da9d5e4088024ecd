# SPDX-License-Identifier: Apache-2.0
"""What the code never does, checked on its source; and where secrets of the
configuration must not appear."""

import ast
import logging
import os
import pathlib
import re
import stat

import fixtures as base_fixtures
from oslo_config import types
from oslo_reports import guru_meditation_report
from oslo_reports.generators import conf as conf_generator
from oslotest import base

import nova_actions
from nova_actions import version
from nova_actions.tests import fixtures

ROOT = pathlib.Path(nova_actions.__file__).parent

MODULES = {
    'pickle',
    'cPickle',
    'dill',
    'marshal',
    'shelve',
    'subprocess',
    'yaml',
    'ctypes',
    'telnetlib',
    'pty',
    'commands',
    'code',
}
CALLS = {
    'eval',
    'exec',
    'compile',
    'system',
    'popen',
    'mktemp',
    'spawnl',
    'execv',
    'execve',
    'chmod',
}
#: Those of re are no compile().
FINE = {'re.compile', '_compiler.compile', 'statement.compile'}

LEVELS = {'info', 'warning', 'error', 'critical', 'exception', 'log'}
#: Names of what may hold a secret, a traceback or a person.
TELLTALE = re.compile(
    'token|password|secret|traceback|format_exc|details|user_name|'
    'project_name|display_name|connection|transport_url|exc_info|__dict__'
)
#: Lines that may all the same, and why.
ALLOWED = {
    # A defect of ours, without the error's text, which may carry input.
    ('rpc/dispatcher.py', 'traceback'),
    # Defects of ours, which nobody can mend without it.
    ('api/errors.py', 'exc_info'),
    ('api/errors.py', 'exception()'),
    ('exception.py', 'exception()'),
    ('conductor/timer.py', 'exception()'),
    ('db/change/numbering.py', 'exception()'),
    # An OSError: the path of the spool and why.
    ('reporter/__init__.py', 'error'),
    ('reporter/files.py', 'error'),
    # Where the policy file is broken, and how.
    ('policy.py', 'error'),
    # A text of the self-test, whose secrets are made up.
    ('wsgi/api.py', 'error'),
}


def sources():
    for path in sorted(ROOT.rglob('*.py')):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith('tests/'):
            yield name, ast.parse(path.read_text(encoding='utf-8'))


def logged(tree):
    """Yield the calls that log at INFO and above, and the names that are
    bound to an exception where they stand."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ('LOG', 'log', 'logger')
        ):
            yield node


def caught(tree):
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.name
    }


class TestSource(base.BaseTestCase):
    def test_there_are_some(self):
        names = [name for name, _tree in sources()]
        self.assertIn('rpc/dispatcher.py', names)
        self.assertLess(40, len(names))

    def test_no_dangerous_module(self):
        for name, tree in sources():
            for node in ast.walk(tree):
                found = []
                if isinstance(node, ast.Import):
                    found = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    found = [node.module or '']
                for each in found:
                    self.assertNotIn(each.partition('.')[0], MODULES, name)

    def test_no_dangerous_call(self):
        for name, tree in sources():
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call):
                    continue
                called = ast.unparse(node.func)
                if called not in FINE:
                    self.assertNotIn(called.rpartition('.')[2], CALLS, name)
                if called == '__import__':
                    self.assertIsInstance(node.args[0], ast.Constant, name)
                self.assertNotIn(
                    'shell', [keyword.arg for keyword in node.keywords], name
                )

    def test_log_lines_carry_nothing_private(self):
        found = set()
        for name, tree in sources():
            errors = caught(tree)
            for call in logged(tree):
                values = [
                    *call.args[1:],
                    *(keyword.value for keyword in call.keywords),
                ]
                if call.func.attr == 'exception':
                    found.add((name, 'exception()'))
                for keyword in call.keywords:
                    found |= {
                        (name, each)
                        for each in TELLTALE.findall(keyword.arg or '')
                    }
                for value in values:
                    if isinstance(value, ast.Name) and value.id in errors:
                        found.add((name, value.id))
                    found |= {
                        (name, each)
                        for each in TELLTALE.findall(ast.unparse(value))
                    }
        self.assertEqual(set(), found - ALLOWED)


class TestConfiguration(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf

    def options(self):
        # oslo.config has no public list of what is registered.
        for info in self.conf._opts.values():
            yield None, info['opt']
        for name, group in self.conf._groups.items():
            for info in group._opts.values():
                yield name, info['opt']

    def test_options_that_hold_secrets_say_so(self):
        secret = re.compile(
            'password|(^|_)secret|(^|_)connection$|transport_url|'
            'credential|private|passphrase'
        )
        for group, opt in self.options():
            # Kafka carries no RPC, and its password is the library's.
            if (
                secret.search(opt.dest)
                and group != 'oslo_messaging_kafka'
                and isinstance(opt.type, types.String)
            ):
                self.assertTrue(opt.secret, f'[{group}] {opt.name}')

    def plant(self):
        """Set every secret option, and return the values."""
        planted = []
        for group, opt in self.options():
            if opt.secret and isinstance(opt.type, types.String):
                value = f'planted-{group}-{opt.dest}'
                self.conf.set_override(opt.dest, value, group=group)
                planted.append(value)
        self.assertLess(3, len(planted))
        return planted

    def test_no_secret_in_a_dump(self):
        log = self.useFixture(base_fixtures.FakeLogger(level=logging.DEBUG))
        planted = self.plant()
        self.conf.log_opt_values(logging.getLogger('test'), logging.INFO)
        self.assertIn('state_path', log.output)
        for value in planted:
            self.assertNotIn(value, log.output)

    def test_no_secret_in_a_guru_meditation(self):
        planted = self.plant()
        report = guru_meditation_report.TextGuruMeditation(version)
        model = conf_generator.ConfigReportGenerator(self.conf)()
        model.set_current_view_type('text')
        text = f'{report.run()}\n{model}'
        self.assertIn('state_path', text)
        for value in planted:
            self.assertNotIn(value, text)


class TestFiles(base.BaseTestCase):
    def test_sqlite_files_are_private(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        conf = self.useFixture(fixtures.Conf()).conf
        database = self.useFixture(fixtures.Database(conf))
        path = pathlib.Path(database.url.removeprefix('sqlite:///'))
        found = sorted(each.name for each in path.parent.iterdir())
        self.assertIn(path.name, found)
        for each in path.parent.iterdir():
            self.assertEqual(0o600, stat.S_IMODE(each.stat().st_mode), each)
