# SPDX-License-Identifier: Apache-2.0
"""What signals do to the services that answer REST."""

import os
import pathlib
import pty
import shutil
import signal
import stat
import subprocess
import sys
import threading
import urllib.request

import fixtures
from oslotest import base

from nova_actions.tests import patience
from nova_actions.tests.functional import process

SAMPLE = (
    pathlib.Path(__file__).parents[3]
    / 'etc/nova_actions/logrotate.conf.sample'
)
CONFIG = """
[DEFAULT]
log_file = {folder}/log
state_path = {folder}
debug = {debug}
[database]
connection = sqlite:///{folder}/test.sqlite
[api]
auth_strategy = noauth2
"""


class Asker(threading.Thread):
    """Somebody who asks all the time, until he is stopped."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url = url
        self.answers = []
        self.enough = threading.Event()

    def run(self):
        while not self.enough.is_set():
            with urllib.request.urlopen(
                self.url, timeout=patience.PATIENCE
            ) as answer:
                self.answers.append(answer.status)

    def await_more(self):
        """Wait for an answer to what is asked from now on."""
        now = len(self.answers)
        patience.wait_until(
            'an answer',
            lambda: len(self.answers) > now + 1 or not self.is_alive(),
        )


class SignalsTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.log = self.folder / 'log'
        self.configure()
        subprocess.run(
            self.command('manage', 'db', 'sync'),
            check=True,
            capture_output=True,
        )
        self.log.unlink(missing_ok=True)

    def configure(self, debug='false'):
        (self.folder / 'test.conf').write_text(
            CONFIG.format(folder=self.folder, debug=debug)
        )

    def command(self, name, *words):
        return [
            sys.executable,
            '-m',
            f'nova_actions.cmd.{name}',
            '--config-file',
            str(self.folder / 'test.conf'),
            *words,
        ]

    def await_logged(self, text):
        patience.wait_until(
            f'{text!r} in the log',
            lambda: self.log.exists() and text in self.log.read_text(),
        )
        return self.log.read_text()

    def address(self):
        """Return the URL of the API once it is ready."""
        log = self.await_logged('The API is ready')
        port = log.partition(' port ')[2].split()[0]
        return f'http://127.0.0.1:{port}/v2.1/'

    def test_a_service_goes_on(self):
        for name in ('api', 'all'):
            self.log.unlink(missing_ok=True)
            service = self.useFixture(
                process.Process(self.command(name, '--port', '0'))
            )
            asker = Asker(self.address())
            asker.start()
            self.addCleanup(asker.enough.set)
            self.configure(debug='true')
            self.log.rename(self.folder / 'log.1')
            service.process.send_signal(signal.SIGHUP)
            self.await_logged('has been reloaded')
            asker.await_more()
            service.process.send_signal(signal.SIGUSR2)
            report = service.await_line('(?s)Guru Meditation.*state_path')
            self.assertIn('Threads', report[0])
            asker.await_more()
            # What cannot be read leaves it as it was.
            self.configure(debug='maybe')
            service.process.send_signal(signal.SIGHUP)
            self.await_logged('is unchanged: argument --debug')
            asker.await_more()
            asker.enough.set()
            asker.join()
            self.assertEqual({200}, set(asker.answers))
            self.configure()
            self.assertEqual(0, service.stop())
            self.assertIn(
                f'nova-actions-{name} has stopped', self.log.read_text()
            )

    def test_the_sample_for_logrotate(self):
        """With what stands for systemd: no line is lost, and the next ones
        are in a new file."""
        tool = shutil.which('logrotate') or shutil.which(
            'logrotate', path='/usr/sbin'
        )
        if tool is None:
            self.skipTest('logrotate is not installed')
        service = self.useFixture(
            process.Process(self.command('api', '--port', '0'))
        )
        url = self.address()
        sample = SAMPLE.read_text('utf-8')
        for old, new in (
            ('/var/log/nova-actions/*.log', str(self.log)),
            (
                'systemctl --quiet is-active $unit',
                '[ $unit = nova-actions-api ]',
            ),
            ('systemctl reload $unit', f'kill -HUP {service.process.pid}'),
        ):
            self.assertEqual(1, sample.count(old), old)
            sample = sample.replace(old, new)
        rules = self.folder / 'rules'
        rules.write_text(sample, 'utf-8')
        # Anyone who can write to them could make it run anything.
        rules.chmod(0o600)
        subprocess.run(
            [tool, '--force', '--state', self.folder / 'state', rules],
            check=True,
            capture_output=True,
        )
        self.await_logged('has been reloaded')
        urllib.request.urlopen(url, timeout=patience.PATIENCE).close()
        self.await_logged('"GET /v2.1/"')
        self.assertEqual(0o640, stat.S_IMODE(self.log.stat().st_mode))
        self.assertIn('The API is ready', (self.folder / 'log.1').read_text())

    def test_what_its_log_says_first(self):
        self.useFixture(process.Process(self.command('api', '--port', '0')))
        self.address()
        first = self.log.read_text().splitlines()[0]
        self.assertIn(f'database sqlite:///{self.folder}/test.sqlite', first)
        self.assertIn('nova-actions-api ', first)

    def test_a_terminal_that_hangs_up_ends_it(self):
        ours, its = pty.openpty()
        service = subprocess.Popen(
            self.command('api', '--port', '0'),
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        self.addCleanup(service.kill)
        os.close(its)
        self.address()
        service.send_signal(signal.SIGHUP)
        self.await_logged('has been reloaded')
        self.assertIsNone(service.poll())
        os.close(ours)
        service.send_signal(signal.SIGHUP)
        self.assertEqual(0, service.wait(patience.PATIENCE))
