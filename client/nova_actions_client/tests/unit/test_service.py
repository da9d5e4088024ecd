# SPDX-License-Identifier: Apache-2.0
"""Which log a cloud has."""

from osc_lib import exceptions
from oslotest import base

from nova_actions_client import compute
from nova_actions_client import log
from nova_actions_client import service
from nova_actions_client.tests.unit import web

OURS = {f'{web.ROOT}/v1': web.version('v1.0')}
NOVA = {
    # Nova answers to other paths with the list of its versions.
    f'{web.ROOT}/v1': (300, {'choices': []}),
    f'{web.ROOT}/v2.1/': web.version('v2.1'),
}


class TestFind(base.BaseTestCase):
    def find(self, answers, endpoint=None, **endpoints):
        return service.find(
            web.Manager(web.Session(answers), **endpoints), endpoint
        )

    def test_an_action_log(self):
        for endpoint in (web.ROOT, f'{web.ROOT}/v1', f'{web.ROOT}/v2.1/x'):
            self.assertIsInstance(self.find(OURS, endpoint), log.Log)
            self.assertIsInstance(
                self.find(OURS, instance_actions=endpoint), log.Log
            )

    def test_nova(self):
        for found in (
            self.find(NOVA, f'{web.ROOT}/v2.1'),
            self.find({}, compute=f'{web.ROOT}/v2.1/project'),
        ):
            self.assertIsInstance(found, compute.Log)

    def test_neither(self):
        for endpoint in (
            f'{web.ROOT}/nope',
            f'{web.ROOT}/nope/v1',
            'http://x',
        ):
            error = self.assertRaises(
                exceptions.CommandError, self.find, OURS | NOVA, endpoint
            )
            self.assertIn(endpoint, str(error))
        error = self.assertRaises(exceptions.CommandError, self.find, {})
        self.assertIn('--action-log-endpoint', str(error))
