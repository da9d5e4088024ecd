# SPDX-License-Identifier: Apache-2.0
"""Passwords of the configuration, and what processes say."""

import os
import re
import signal
import uuid

import requests

from nova_actions.conductor import rpcapi
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import guarded
from nova_actions.tests.functional import process

#: It ends with every option of every group.
REPORT = '(?s:Guru Meditation.*?upgrade_levels: *\n *conductor = .*?)'


class TestConfiguration(base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self) -> None:
        super().setUp()
        self.services = self.useFixture(guarded.Services(self.conf))

    def check(self, said: str) -> None:
        for name, password in self.services.passwords.items():
            self.assertNotIn(password, said, name)

    def test_logs_and_report(self) -> None:
        """A conductor at work, asked for a report and stopped."""
        client = rpcapi.ConductorAPI(self.conf, timeout=patience.PATIENCE)
        self.addCleanup(client.close)
        objects_base.set_remote(client)
        self.addCleanup(objects_base.set_remote, None)
        InstanceAction.action_start(
            self.new_context(), self.instance_uuid, 'create'
        )
        answer = requests.get(
            f'{self.services.url}/v2.1/servers/{self.instance_uuid}'
            '/os-instance-actions',
            timeout=patience.PATIENCE,
            headers={'X-Auth-Token': 'root:owner:admin'},
        )
        self.assertEqual(
            'create', answer.json()['instanceActions'][0]['action']
        )
        conductor = self.services.conductor
        conductor.process.send_signal(signal.SIGUSR2)
        report = conductor.await_line(REPORT)[0]
        worker = re.search(r'Process (\d+) \(under \d+\)', report)
        os.kill(int(worker[1]), signal.SIGUSR2)
        workers = conductor.await_line(f'{REPORT}{{2}}')[0]
        conductor.stop()
        self.services.api.stop()
        for part in ('memcache_secret_key = ***', ' connection = ***'):
            self.assertIn(part, workers)
        self.assertIn('DEBUG', self.services.api.log)
        self.check(self.services.logs)

    def test_what_cannot_be_reached(self) -> None:
        """The complaint names no password."""
        port = process.free_port()
        password = self.services.passwords['database']
        nobody = f'{uuid.uuid4().hex}:{password}@127.0.0.1:{port}/x'
        for name, changes in (
            ('conductor', {'connection': f'postgresql+psycopg2://{nobody}'}),
            ('api', {'connection': f'mysql+pymysql://{nobody}'}),
            ('conductor', {'transport_url': f'rabbit://{nobody}'}),
        ):
            service = self.services.start(name, **changes)
            service.await_line('(?i)unreachable|refused|cannot')
            # Gently it would wait for the bus.
            service.process.kill()
            service.stop()
            self.check(service.log)
