# SPDX-License-Identifier: Apache-2.0
"""Each command in the documentation is run; what is not run here is listed
with where it is.

A command in the middle of a sentence is not run, since it is rarely complete;
``tests/unit/test_documentation.py`` checks that nova-actions-manage has it.
"""

import pathlib
import re
import shlex

import nova_actions
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests.unit.cmd import managed
from nova_actions.tests.unit.db import test_stuck

ROOT = pathlib.Path(nova_actions.__file__).parent.parent
#: What is typed at a console, and each line there, with those that go on
#: after a backslash.
CONSOLE = re.compile(
    r'^( *)\.\. code-block:: console\n((?:\1 +.*\n|\n)+)', re.MULTILINE
)
COMMAND = re.compile(r'^ +[$#] ((?:.*\\\n)*.*)$', re.MULTILINE)
#: A literal block: in the files outside doc/source each line is a command, to
#: be copied without a prompt.
LITERAL = re.compile(
    r'^( *)(?!\.\. )(?:.*\S)?::\n\n((?:\1 +.*\n|\n)+)', re.MULTILINE
)
MANAGE = 'nova-actions-manage'

#: How a command begins that is run elsewhere, and where.
ELSEWHERE = {
    # Of other programs, with the services that they need.
    'openstack action log': 'client: tests/functional/test_demo.py, ask.rst',
    'openstack server event': 'test_clients.py, test_nova_client.py',
    'openstack server list': 'test_clients.py',
    'openstack user create': 'keystone.py, in Python',
    'openstack role add': 'keystone.py, in Python',
    'openstack service create': 'keystone.py, in Python',
    'openstack endpoint create': 'keystone.py, in Python',
    'podman': 'image() of .ci/run, where podman is',
    # Of a machine.
    'useradd': 'etc/nova_actions/systemd: test_units.py',
    'install': 'etc/nova_actions/systemd: test_units.py',
    'python3 -m venv': '.ci/run',
    '/opt/nova-actions/bin/pip': '.ci/run',
    '/opt/nova/bin/pip': 'test_bridge.py, from wheels',
    'pip install': '.ci/run',
    '.venv/bin/pip install': '.ci/run',
    'PYTHON=.venv/bin/python .venv/bin/stestr run': '.ci/run',
    'bash .ci/run': 'it runs the tests',
    'tox -e gen': 'samples() of .ci/run, by the same program',
    'reno new': 'it writes a file; book() of .ci/run reads it',
    'rabbitmqctl': 'guarded.py, with a user of its own',
    'python -m bench': 'test_bench.py',
    'oslo-config-generator': 'samples() of .ci/run',
    # Services.
    'nova-actions-api': 'test_parts.py',
    'nova-actions-conductor': 'test_parts.py',
    'nova-actions-all': 'test_all_flow.py',
    'nova-actions-status': 'unit: cmd/test_status.py',
    # It writes to a pipe or a file.
    f'{MANAGE} export': 'test_export.py',
}


def elsewhere(line):
    """Return how a command begins that is run elsewhere, nothing else."""
    return [each for each in ELSEWHERE if line.startswith(each)]


def documents():
    """Yield the name and the text of each file of the documentation."""
    for path in (
        *ROOT.glob('*.rst'),
        *ROOT.glob('*/README.rst'),
        *ROOT.glob('doc/source/**/*.rst'),
    ):
        yield (
            path.relative_to(ROOT).as_posix(),
            path.read_text(encoding='utf-8'),
        )


def literals(text):
    """Yield the lines of the literal blocks of a text."""
    for _indent, block in LITERAL.findall(text):
        lines = block.lstrip('\n').splitlines()
        indent = lines[0][: -len(lines[0].lstrip())]
        for line in lines:
            if line.startswith(indent):
                yield line.strip()
            elif line.strip():
                # Text of the list that the block is in.
                break


def commands():
    """Yield each command of the documentation and where it stands."""
    for name, text in documents():
        for _indent, block in CONSOLE.findall(text):
            for found in COMMAND.findall(block):
                line = ' '.join(found.replace('\\\n', ' ').split())
                # A comment begins like a line of root's.
                if not line[:1].isupper():
                    yield name, line
        if not name.startswith('doc/'):
            for line in literals(text):
                yield name, line


class DocumentedTestCase(
    managed.ManageMixin, test_stuck.Recorded, base.ObjectTestCase
):
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(
            fixtures_cells.Cell(self.conf, name='cell1')
        )
        self.cell.add_shadows()
        self.cell.event(self.cell.action(self.cell.server()))
        with open(self.config, 'a', encoding='utf-8') as file:
            file.write(
                f'[cell:cell1]\nconnection = {self.cell.url}\nfollow = true\n'
            )
        reports = self.begin(30, host='compute-7')
        self.values = {
            'SERVER': self.instance_uuid,
            'HOST': 'compute-7',
            'REQUEST_ID': reports[0]['request_id'],
            'UUID': reports[0]['uuid'],
            '2026.gz': f'{self.conf.state_path}/2026.gz',
        }

    def words(self, line):
        """Return the words of nova-actions-manage's command line."""
        words = shlex.split(line.partition(MANAGE)[2])
        if words[:1] == ['--config-file']:
            words = words[2:]
        return [self.values.get(word, word) for word in words]

    def test_each_is_run(self):
        lines = list(commands())
        self.assertLess(40, len(lines))
        run = [
            (path, line)
            for path, line in lines
            if MANAGE in line and not elsewhere(line)
        ]
        # What restores comes after what archives.
        run.sort(key=lambda each: 'restore' in each[1])
        for path, line in run:
            code, out, err = self.run_manage(*self.words(line))
            self.assertIn(code, (0, 1), f'{path}: {line}: {err}')
            self.assertNotIn('usage:', err, f'{path}: {line}')
            self.assertTrue(out or err, f'{path}: {line}')

    def test_pages_have_commands_at_a_prompt_only(self):
        for name, text in documents():
            if name.startswith('doc/'):
                for line in literals(text):
                    self.assertFalse(line.startswith('$ '), line)
                    self.assertFalse(line.startswith(MANAGE), line)
                    self.assertEqual([], elsewhere(line), line)

    def test_the_others_are_known(self):
        seen = set()
        for path, line in commands():
            found = elsewhere(line)
            if MANAGE in line and not found:
                continue
            self.assertTrue(found, f'{path}: {line}')
            seen.update(found)
        self.assertEqual(set(ELSEWHERE), seen)
