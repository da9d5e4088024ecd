# SPDX-License-Identifier: Apache-2.0
"""The reporter and the bridge, installed into the environments of several
Novas: pip must find all that they need there."""

import os
import pathlib
import subprocess

import fixtures
from oslotest import base

from nova_actions.tests.functional import beside
from nova_actions.tests.functional import peer

#: A compute service that has no bus: what it reports waits in its spool.
_REPORTS = """
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
"""


#: A service of Nova as it reads its configuration, before it does anything.
_LOADS = """
import os, sys
from nova import config
config.parse_args(['nova-compute'], default_config_files=[sys.argv[1]],
                  configure_db=False)
from nova_actions import reporter
from nova_actions.reporter import active
recorder = active.current()
about = {name: recorder._about.get(name) for name in ('mode', 'missing')}
sys.stdout.write(f"{about} {recorder.settings.host} "
                 f"{reporter.stats()['waiting']}")
sys.stdout.flush()
os._exit(0)
"""


class _Tests:
    """What holds beside each Nova.

    The environment of Nova stays as it is: ours is laid over it.
    """

    def python(self):
        raise NotImplementedError

    def run_here(self, command, code=0, **kwargs):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.useFixture(fixtures.TempDir()).path,
            **kwargs,
        )
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done

    def test_a_reporter_beside_it(self):
        # Whatever Nova has not, pip would look for and not find.
        venv = self.useFixture(beside.Environment(self.python()))

        done = self.run_here([venv.python, '-c', _REPORTS, 'state'])

        self.assertEqual('2', done.stdout)
        said = self.run_here([venv.bin / 'nova-actions-all'], code=1).stderr
        self.assertIn("pip install 'nova-actions[server]'", said)
        self.assertNotIn('Traceback', said)

    def test_a_bridge_in_it(self):
        """It finds all of Nova that it needs; the name of a driver in Nova's
        configuration is enough to load it."""
        venv = self.useFixture(beside.Environment(self.python(), bridge=True))
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (folder / 'nova-actions.conf').write_text(
            '[DEFAULT]\ntransport_url = fake:///\n'
            f'state_path = {folder / "state"}\n'
        )
        (folder / 'nova.conf').write_text(
            '[DEFAULT]\ntransport_url = fake:///\nhost = here\n'
            '[oslo_messaging_notifications]\ndriver = nova_actions\n'
        )

        done = self.run_here(
            [venv.python, '-c', _LOADS, folder / 'nova.conf'],
            env={
                **os.environ,
                'OS_NOVA_DISABLE_EVENTLET_PATCHING': '1',
                'NOVA_ACTIONS_CONFIG': str(folder / 'nova-actions.conf'),
            },
        )

        self.assertEqual(
            "{'mode': 'mirror', 'missing': None} here 0", done.stdout
        )


class Nova32Test(_Tests, base.BaseTestCase):
    def python(self):
        return peer.older_nova(32)


class Nova33Test(_Tests, base.BaseTestCase):
    def python(self):
        return peer.older_nova(33)


class Nova34Test(_Tests, base.BaseTestCase):
    def python(self):
        return peer.nova()
