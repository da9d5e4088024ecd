# SPDX-License-Identifier: Apache-2.0
"""The reporter, installed into the environments of several Novas: pip must
find all that it needs there."""

import os
import pathlib
import subprocess
import sys

import fixtures
from oslotest import base

from nova_actions.tests import missing
from nova_actions.tests.functional import peer

#: A compute service that has no bus: what it reports waits in its spool.
_REPORTS = '''
import os, sys
from oslo_config import cfg
import nova.conf
import nova.objects
from nova_actions import conf as config
from nova_actions import context
from nova_actions import reporter

conf = config.load([], default_config_files=[])
conf.set_override('state_path', sys.argv[1])
conf.set_override('transport_url', 'fake:///')
reporter.setup(conf)
with reporter.EventReporter(context.RequestContext('u', 'p'), 'compute_work',
                            'here', 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'):
    pass
waiting = reporter.stats()['waiting']
sys.stdout.write(str(waiting))
sys.stdout.flush()
os._exit(0)
'''


class _Tests:
    """What holds beside each Nova.

    The environment of Nova stays as it is: ours is laid over it.
    """

    def python(self):
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        nova = self.python()
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path)
        self.bin = self.folder / 'venv' / 'bin'
        self.run_here([nova, '-m', 'venv', '--without-pip',
                       self.folder / 'venv'])
        below, own = (pathlib.Path(self.run_here([
            python, '-c', 'import sysconfig; '
            'print(sysconfig.get_path("purelib"))']).stdout.strip())
            for python in (nova, self.bin / 'python'))
        (own / 'nova.pth').write_text(f'{below}\n', encoding='utf-8')

    def run_here(self, command, code=0, **kwargs):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False,
            cwd=self.folder, **kwargs)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done

    def wheel(self):
        folder = os.environ.get('NOVA_ACTIONS_TEST_WHEELS', '')
        found = sorted(pathlib.Path(folder).glob('nova_actions-*.whl'))
        if not folder or not found:
            missing.unavailable('our wheel', 'NOVA_ACTIONS_TEST_WHEELS names '
                                f'no folder with it: {folder!r}')
        return found[-1]

    def test_a_reporter_beside_it(self):
        # Whatever Nova has not, pip would look for and not find.
        self.run_here([sys.executable, '-m', 'pip', '--python',
                       self.bin / 'python', 'install', '--no-index',
                       '--disable-pip-version-check', self.wheel()])

        done = self.run_here([self.bin / 'python', '-c', _REPORTS,
                              self.folder / 'state'])

        self.assertEqual('2', done.stdout)
        said = self.run_here([self.bin / 'nova-actions-all'], code=1).stderr
        self.assertIn("pip install 'nova-actions[server]'", said)
        self.assertNotIn('Traceback', said)


class Nova32Test(_Tests, base.BaseTestCase):

    def python(self):
        return peer.older_nova(32)


class Nova33Test(_Tests, base.BaseTestCase):

    def python(self):
        return peer.older_nova(33)


class Nova34Test(_Tests, base.BaseTestCase):

    def python(self):
        return peer.nova()
