# SPDX-License-Identifier: Apache-2.0
"""The page's way through a real Keystone."""

import pathlib
import sys

import fixtures as base_fixtures
from oslotest import base

from nova_actions.tests import fixtures
from nova_actions.tests import missing
from nova_actions.tests.functional import browser
from nova_actions.tests.functional import keystone
from nova_actions.tests.functional import process
from nova_actions.tests.functional import record
from nova_actions.tests.functional import test_keystone

CONF = (
    test_keystone.CONF.replace(
        'bind_port = 0', 'bind_port = {port}\nui = true'
    )
    + """
[ui]
keystone_url = {auth[auth_url]}
"""
)


class Cloud(missing.Fixture):
    """Keystone, somebody with two projects, and our API with the page."""

    def _setUp(self):
        port = process.free_port()
        self.url = f'http://127.0.0.1:{port}'
        self.keystone = self.useFixture(keystone.Keystone(self.url))
        self.projects = {
            name: self.keystone.project(name)
            for name in ('shop', 'lab', 'service')
        }
        self.user = self.keystone.user(
            'alice', self.projects['shop'], 'reader'
        )
        self.keystone.grant(self.user, self.projects['lab'], 'reader')
        self.keystone.user('nova', self.projects['service'], 'service')
        objects = self.useFixture(fixtures.Objects())
        record.Record(self.projects['shop'], self.projects['lab'], self.user)
        path = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path, 'nova-actions.conf'
        )
        path.write_text(
            CONF.format(
                database=objects.database.url,
                port=port,
                auth=self.keystone.auth('nova', 'service'),
            )
        )
        self.api = self.useFixture(
            process.Process(
                [
                    sys.executable,
                    '-m',
                    'nova_actions.cmd.api',
                    '--config-file',
                    path,
                ]
            )
        )
        self.api.await_line(r'is ready on \S+ port (\d+)')


class PageKeystoneTest(base.BaseTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud = Cloud()
        cls.cloud.setUp()
        cls.addClassCleanup(cls.cloud.cleanUp)

    def setUp(self):
        super().setUp()
        self.url, self.api = self.cloud.url, self.cloud.api
        self.keystone, self.projects = self.cloud.keystone, self.cloud.projects
        self.browser = browser.get()
        self.browser.theme('light')
        self.browser.size(1280, 900)
        self.browser.complaints()

    def log_in(self, password):
        self.browser.type('input[name=user]', 'alice')
        self.browser.type('input[name=password]', password)
        self.browser.click('.login button', 'Log in')

    def test_password_then_project(self):
        self.browser.open(f'{self.url}/ui/#/actions?status=failed')
        self.assertEqual([], self.browser.violations())
        self.log_in('wrong')
        self.browser.one('.problem-text', 'does not know')
        self.log_in(keystone.PASSWORD)
        self.browser.one('select[name=project]')
        self.assertEqual(
            ['lab', 'shop'],
            sorted(self.browser.texts('select[name=project] option')),
        )
        self.assertEqual([], self.browser.violations())
        self.browser.run(
            'const [list, id] = arguments; list.value = id',
            self.browser.one('select[name=project]'),
            self.projects['shop'],
        )
        self.browser.click('.login button', 'Continue')
        self.browser.one('.who', 'shop')
        self.assertTrue(
            self.browser.driver.current_url.endswith('#/actions?status=failed')
        )
        # A reader's page: of their project, without hosts.
        self.browser.one('.window')
        self.assertNotIn('Projects', self.browser.texts('#main')[0])
        self.assertEqual([], self.browser.complaints())
        # Nobody else was asked, and the API was told no password.
        for asked in self.browser.run(
            'return performance.getEntriesByType("resource").map('
            '(each) => each.name)'
        ):
            self.assertTrue(
                asked.startswith((self.url, self.keystone.url)), asked
            )
        self.assertNotIn(keystone.PASSWORD, self.api.log)

    def test_a_token_that_is_pasted(self):
        self.browser.open(f'{self.url}/ui/')
        expired = self.keystone.expired_token(
            self.cloud.user, self.projects['shop']
        )
        for token, place in (
            (expired, '.problem-text'),
            (self.keystone.token('alice', 'shop'), '.window'),
        ):
            self.browser.type('input[name=token]', token)
            self.browser.click('.login details button')
            self.browser.one(
                place, {'.problem-text': 'not valid'}.get(place, 'shown')
            )
        self.assertEqual([], self.browser.complaints())
