# SPDX-License-Identifier: Apache-2.0
"""Nova's own reporter, unmodified, reports errors that are full of secrets;
none is found in the database, in the logs or in an answer."""

import itertools
import json
import pathlib
import random
from typing import Any

import fixtures as base_fixtures
import requests
from testtools import content

from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import fuzz
from nova_actions.tests.functional import guarded
from nova_actions.tests.functional import peer
from nova_actions.tests.functional import test_nova_client
from nova_actions.tests.functional import test_secrets_flow

#: At most so many plants.
MOST = 120
#: Events of each plant: two methods and a reporter of its own.
EVENTS = 3


class _Planted:
    def setUp(self) -> None:
        peer.nova()
        super().setUp()
        seed = fuzz.seed()
        self.addDetail('seed', content.text_content(str(seed)))
        self.plants = list(
            zip(
                *(
                    test_secrets_flow.samples(seed + place)
                    for place in range(4)
                ),
                strict=True,
            )
        )
        random.Random(seed).shuffle(self.plants)
        del self.plants[MOST:]
        self.services = self.useFixture(guarded.Services(self.conf))
        self.secrets = {
            'gAAAA-secret-token',
            *(
                secret
                for _text, secret in itertools.chain.from_iterable(self.plants)
            ),
            *self.services.passwords.values(),
        }

    def check(self, where: str, found: str) -> None:
        for secret in self.secrets:
            if secret in found:
                at = found.index(secret)
                self.fail(f'{where}: {found[max(0, at - 80) : at + 80]!r}')

    def ask(self, token: str, path: str = '') -> Any:
        answer = requests.get(
            f'{self.services.url}/v2.1/servers/{self.instance_uuid}'
            f'/os-instance-actions{path}',
            timeout=patience.PATIENCE,
            headers={
                'X-Auth-Token': token,
                'OpenStack-API-Version': 'compute 2.104',
            },
        )
        self.assertEqual(200, answer.status_code, answer.text)
        self.check(f'an answer to {token}', answer.text)
        return answer.json()

    def check_files(self) -> None:
        """The files of SQLite, where there are some."""
        prefix, _, path = self.objects.database.url.partition(':///')
        if prefix == 'sqlite':
            for file in pathlib.Path(path).parent.iterdir():
                self.check(
                    file.name, file.read_bytes().decode('utf-8', 'replace')
                )

    def test_nothing_is_found(self) -> None:
        path = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path, 'plants'
        )
        path.write_text(
            json.dumps(
                [[text for text, _secret in plant] for plant in self.plants]
            )
        )
        seen = test_nova_client.run_nova(
            'planted.py',
            str(self.conf.transport_url),
            self.instance_uuid,
            str(path),
        )
        self.assertEqual(2 * len(self.plants), seen['failed'])
        dump = guarded.dump()
        self.assertEqual(
            EVENTS * len(self.plants),
            dump.count('in reboot_instance') + dump.count('in main\n'),
        )
        self.check('a dump', dump)
        self.check_files()
        for token in ('root:cloud:admin', 'nova-user:nova-project:reader'):
            (action,) = self.ask(token)['instanceActions']
            self.check_events(
                self.ask(token, f'/{action["request_id"]}')['instanceAction'][
                    'events'
                ],
                'admin' in token,
            )
        self.services.conductor.stop()
        self.services.api.stop()
        self.assertIn('DEBUG', self.services.conductor.log)
        self.check('a log', self.services.logs)

    def check_events(self, events: list[dict[str, Any]], traced: bool) -> None:
        """All are there, and say that something was taken out."""
        self.assertEqual(EVENTS * len(self.plants), len(events))
        self.assertEqual({'Error'}, {event['result'] for event in events})
        for event in events:
            if traced:
                self.assertIn(
                    '[REDACTED:',
                    f'{event["details"]}\n{event["traceback"]}',
                    event,
                )
            else:
                self.assertIsNone(event.get('traceback'))


class TestSQLite(_Planted, base.ObjectTestCase):
    pass


class TestPostgreSQL(_Planted, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMySQL(_Planted, base.ObjectTestCase):
    BACKEND = 'mysql'
