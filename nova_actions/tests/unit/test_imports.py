# SPDX-License-Identifier: Apache-2.0
"""What each command and library entry imports, and no more.

A person waits for each import of a command, and an import of the reporter
happens in somebody else's process.
"""

import json
import os
import subprocess
import sys

import fixtures
from oslotest import base

#: What takes long to import, or changes the process that does.
WATCHED = frozenset(
    {
        'alembic',
        'amqp',
        'cotyledon',
        'eventlet',
        'falcon',
        'fasteners',
        'futurist',
        'jsonschema',
        'keystoneauth1',
        'keystonemiddleware',
        'kombu',
        'mako',
        'oslo_cache',
        'oslo_concurrency',
        'oslo_db',
        'oslo_messaging',
        'oslo_middleware',
        'oslo_policy',
        'oslo_reports',
        'oslo_versionedobjects',
        'prettytable',
        'prometheus_client',
        'psutil',
        'psycopg2',
        'pymysql',
        'requests',
        'setproctitle',
        'sqlalchemy',
        'waitress',
        'webob',
        'yaml',
    }
)

DATABASE = {'oslo_db', 'sqlalchemy'}
# The context names the rules.
CONTEXT = DATABASE | {'oslo_policy', 'yaml'}
# oslo.versionedobjects imports oslo.messaging, and that the rest.
OBJECTS = {
    'cotyledon',
    'fasteners',
    'futurist',
    'oslo_concurrency',
    'oslo_messaging',
    'oslo_versionedobjects',
    'psutil',
    'setproctitle',
}
# It asks the bus and Keystone.
CHECKS = {
    'amqp',
    'keystoneauth1',
    'keystonemiddleware',
    'kombu',
    'oslo_cache',
    'prettytable',
    'requests',
    'webob',
}

#: A command's arguments -> what of WATCHED it may import.
COMMANDS = {
    ('all', '--help'): set(),
    ('all', '--version'): set(),
    ('all', '--port', 'abc'): set(),
    ('api', '--help'): set(),
    ('conductor', '--help'): set(),
    ('conductor', '--bogus'): set(),
    ('manage', '--help'): set(),
    ('manage', 'db', 'purge'): set(),
    # What asks the checks draws the table of them.
    ('status', '--help'): {'prettytable'},
    ('manage', 'db', 'version'): DATABASE,
    # The tables are there.
    ('manage', 'db', 'sync'): DATABASE,
    ('manage', 'db', 'scrub'): CONTEXT,
    ('manage', 'action', 'list'): CONTEXT | OBJECTS,
    ('manage', 'action', 'stuck'): CONTEXT,
    ('manage', 'db', 'stats'): CONTEXT,
    ('manage', 'reporter', 'list'): CONTEXT,
    ('manage', 'cell', 'follow', 'east'): CONTEXT,
    ('manage', 'export'): CONTEXT | OBJECTS,
    ('status', 'upgrade', 'check'): CONTEXT | OBJECTS | CHECKS,
}
#: What is imported in processes that are not ours.
MODULES = ('nova_actions.conf', 'nova_actions.reporter')

_RUN = """
import contextlib, importlib, json, os, sys
command, *arguments = sys.argv[1:]
found = importlib.import_module(command)
if arguments:
    with contextlib.suppress(SystemExit), open(os.devnull, 'w') as nowhere, \\
            contextlib.redirect_stdout(nowhere), \\
            contextlib.redirect_stderr(nowhere):
        found.main(arguments)
names = {name.partition('.')[0] for name, module in sys.modules.items()
         if module is not None}
backend = sys.modules.get('oslo_service.backend')
print(json.dumps([sorted(names), backend is not None
                  and backend.get_backend_type() is not None]))
"""

_END = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count()))
import nova_actions.cmd
"""


class ImportsTest(base.BaseTestCase):
    def run_python(self, *words):
        """Return the packages that a Python has imported, and whether it has
        chosen a backend of oslo.service."""
        done = subprocess.run(
            [sys.executable, '-c', _RUN, *words],
            check=True,
            capture_output=True,
            text=True,
        )
        self.assertEqual('', done.stderr)
        names, has_chosen = json.loads(done.stdout.splitlines()[-1])
        return WATCHED & set(names), has_chosen

    def test_commands(self):
        folder = self.useFixture(fixtures.TempDir()).path
        config = os.path.join(folder, 'test.conf')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(
                f'[DEFAULT]\nstate_path = {folder}\n[database]\n'
                f'connection = sqlite:///{folder}/test.sqlite\n'
            )
        found, _ = self.run_python(
            'nova_actions.cmd.manage', '--config-file', config, 'db', 'sync'
        )
        self.assertEqual({'alembic', 'mako'}, found - DATABASE)
        for (name, *words), allowed in COMMANDS.items():
            found, _ = self.run_python(
                f'nova_actions.cmd.{name}', '--config-file', config, *words
            )
            self.assertEqual(set(), found - allowed, (name, *words))

    def test_the_end_of_a_command(self):
        """The interpreter is not to look through all modules once more."""
        done = subprocess.run(
            [sys.executable, '-c', _END],
            check=True,
            capture_output=True,
            text=True,
        )
        self.assertLess(1000, int(done.stdout))

    def test_modules(self):
        for name in MODULES:
            found, has_chosen = self.run_python(name)
            self.assertEqual(set(), found, name)
            self.assertFalse(has_chosen, name)

    def test_what_is_sanitized_last_is_imported_then(self):
        done = subprocess.run(
            [
                sys.executable,
                '-c',
                'import sys, nova_actions.sanitize\n'
                "print('oslo_utils.strutils' in sys.modules)",
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        self.assertEqual('False', done.stdout.strip())
