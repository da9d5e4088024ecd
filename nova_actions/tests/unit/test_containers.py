# SPDX-License-Identifier: Apache-2.0
"""The image and the services made of it: what they name is there."""

import configparser
import json
import pathlib
import re

import yaml
from oslotest import base

from nova_actions.tests import fixtures

ROOT = pathlib.Path(__file__).parents[3]
#: What compose replaces by a value that it must be given.
GIVEN = re.compile(r'\$\{[A-Z_]+:\?[^}]+\}')
#: What belongs into the stage that builds, and nowhere else.
TOOLS = re.compile(r'\b(pip|git|gcc|apt-get|setuptools|build-essential)\b')


def instructions():
    """Return the stages of the Containerfile, each a list of instructions
    with their arguments."""
    text = re.sub(
        r'^#.*\n',
        '',
        (ROOT / 'Containerfile').read_text('utf-8'),
        flags=re.MULTILINE,
    )
    stages = [[]]
    for line in re.sub(r'\\\n', ' ', text).splitlines():
        if line.strip():
            name, _, rest = line.partition(' ')
            if name == 'FROM':
                stages.append([])
            stages[-1].append((name, rest.strip()))
    return stages[1:]


def commands():
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg', 'utf-8')
    return {
        line.partition(' = ')[0]
        for line in setup['entry_points']['console_scripts'].split('\n')
        if line
    }


class ContainersTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not (ROOT / 'Containerfile').exists():
            self.skipTest('not a source tree')
        self.conf = self.useFixture(fixtures.Conf()).conf

    def assertOption(self, variable):
        """It is the name of an option as oslo.config reads it."""
        group, _, name = variable.removeprefix('OS_').lower().partition('__')
        holder = self.conf if group == 'default' else self.conf[group]
        self.assertIn(name, holder, variable)


class ImageTestCase(ContainersTestCase):
    def setUp(self):
        super().setUp()
        self.build, self.run_ = instructions()

    def test_it_is_made_of_what_is_there(self):
        names = [
            rest.partition(' AS ')[2]
            for name, rest in (self.build[0], self.run_[0])
        ]
        for name, rest in (*self.build, *self.run_):
            if name != 'COPY':
                continue
            first, *_others, _to = rest.split()
            if first.startswith('--from='):
                self.assertIn(first.removeprefix('--from='), names)
            else:
                self.assertTrue((ROOT / first).exists(), rest)
        self.assertIn('constraints.txt', str(self.build))
        setup = (ROOT / 'setup.cfg').read_text('utf-8')
        extras = re.search(r'\[([a-z,]+)\]"', str(self.build))[1].split(',')
        for extra in extras:
            self.assertRegex(setup, rf'(?m)^{extra} =$')
        # Without it the services end at once.
        self.assertIn('server', extras)

    def test_what_runs_has_no_tools_and_no_rights(self):
        found = dict(self.run_)
        self.assertIsNone(TOOLS.search(str(self.run_)))
        self.assertNotIn(found['USER'].partition(':')[0], ('0', 'root'))
        names = [name for name, _rest in self.run_]
        self.assertLess(names.index('USER'), names.index('CMD'))
        self.assertNotIn('ADD', names)
        self.assertNotRegex(str(self.run_), '(?i)password|secret')

    def test_what_it_runs(self):
        found = dict(self.run_)
        self.assertIn(json.loads(found['CMD'])[0], commands())
        check = found['HEALTHCHECK'].partition('CMD ')[2]
        program, _, code = json.loads(check)
        self.assertEqual('python', program)
        compile(code, 'HEALTHCHECK', 'exec')
        self.assertIn(
            f'http://127.0.0.1:{self.conf.api.bind_port}/healthcheck', code
        )
        for each in found['ENV'].split():
            name = each.partition('=')[0]
            if name.startswith('OS_'):
                self.assertOption(name)
        self.assertIn(found['EXPOSE'], str(self.conf.api.bind_port))


class ComposeTestCase(ContainersTestCase):
    def setUp(self):
        super().setUp()
        self.compose = yaml.safe_load(
            (ROOT / 'compose.yaml').read_text('utf-8')
        )
        self.services = self.compose['services']

    def ours(self):
        return {
            name: each
            for name, each in self.services.items()
            if each['image'] == 'nova-actions'
        }

    def test_what_each_runs_and_reads(self):
        self.assertEqual({'sync', 'conductor', 'api'}, set(self.ours()))
        for name, each in self.ours().items():
            self.assertIn(each['command'][0], commands(), name)
            for variable in each['environment']:
                self.assertOption(variable)
            for path in each['tmpfs']:
                self.assertTrue(path.startswith('/'), path)
            test = each.get('healthcheck', {}).get('test')
            if test:
                self.assertIn(test[1], commands())

    def test_each_waits_for_what_it_needs(self):
        for name, each in self.services.items():
            for needed, how in each.get('depends_on', {}).items():
                self.assertIn(needed, self.services, name)
                if how['condition'] == 'service_healthy':
                    self.assertIn('test', self.services[needed]['healthcheck'])
        for name in ('conductor', 'api'):
            self.assertEqual(
                'service_completed_successfully',
                self.services[name]['depends_on']['sync']['condition'],
            )

    def test_secrets_are_given(self):
        """No password has a value here, or a default."""
        for name, each in self.services.items():
            for variable, value in each['environment'].items():
                if re.search('PASS(?!.*RANDOM)|CONNECTION|URL', variable) and (
                    'RANDOM' not in variable
                ):
                    self.assertRegex(value, GIVEN, (name, variable))

    def test_what_it_publishes_is_for_this_machine(self):
        for each in self.services.values():
            for port in each.get('ports', ()):
                self.assertTrue(port.startswith('127.0.0.1:'), port)

    def test_volumes(self):
        used = {
            volume.partition(':')[0]
            for each in self.services.values()
            for volume in each.get('volumes', ())
        }
        self.assertEqual(set(self.compose['volumes']), used)
