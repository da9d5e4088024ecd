# SPDX-License-Identifier: Apache-2.0
"""The commands with a real Keystone."""

import json

from oslotest import base

from nova_actions.tests.functional import client
from nova_actions.tests.functional import test_keystone
from nova_actions_client import outcome
from nova_actions_client import service
from nova_actions_client.tests.functional import shell


class TestKeystone(base.BaseTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud = test_keystone.Cloud()
        cls.cloud.setUp()
        cls.addClassCleanup(cls.cloud.cleanUp)

    def run_as(self, user, *words, code=0):
        return shell.run(
            self,
            *client.options_of(self.cloud.auth(user)),
            'action',
            'log',
            *words,
            code=code,
        )

    def listed(self, user, *words):
        return json.loads(
            self.run_as(user, 'list', '--long', '-f', 'json', *words).stdout
        )

    def test_an_endpoint_and_then_a_catalog_entry(self):
        web = self.cloud.record.web
        # Nova's API is in the catalog, and ours is not.
        done = self.run_as('reader', 'list', '--server', web)
        self.assertIn('no action log, only Nova', done.stderr)
        endpoint = ('--action-log-endpoint', self.cloud.url)
        named = self.listed('reader', *endpoint)
        self.assertIn(web, {each['Server'] for each in named})

        self.cloud.keystone.service(service.SERVICE_TYPE, self.cloud.url)
        self.assertEqual(named, self.listed('reader'))
        self.assertEqual(named, self.listed('member', '--mine'))
        self.assertEqual([], self.listed('reader', '--mine'))
        self.assertEqual(
            {self.cloud.projects['lab']},
            {each['Project'] for each in self.listed('stranger')},
        )
        everywhere = self.listed('root', '--all-projects')
        self.assertEqual(
            {each['ID'] for each in everywhere},
            {
                each['ID']
                for user in ('reader', 'stranger')
                for each in self.listed(user)
            },
        )
        for user, words in (
            ('reader', ('list', '--all-projects')),
            ('reader', ('list', '--host', 'host1')),
            ('visitor', ('list',)),
            ('stranger', ('show', named[0]['ID'])),
        ):
            self.run_as(user, *words, code=outcome.NOT_ASKED)
        (failed,) = self.listed('reader', '--failed')
        for words, code in (
            (('wait', failed['ID'][:8]), 3),
            (('timeline', failed['ID'], '--ascii'), 0),
            (('show', failed['Request']), 0),
        ):
            self.run_as('reader', *words, code=code)
