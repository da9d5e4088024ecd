# SPDX-License-Identifier: Apache-2.0
"""How the bridge comes into a process of Nova."""

import os
import types
from unittest import mock

import fixtures
from oslotest import base

from nova_actions import reporter
from nova_actions_bridge import forking
from nova_actions_bridge import loading
from nova_actions_bridge import option
from nova_actions_bridge import seam

#: A line that oslo.config cannot parse.
SECRET = 'correct-horse'


class TestLoad(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(loading, '_state', None))
        self.log = self.useFixture(fixtures.FakeLogger())
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'a.conf')
        self.enterContext(
            mock.patch.dict(os.environ, {option.VARIABLE: self.path})
        )
        self.install = self.patch(seam, 'install')
        self.install.return_value = []
        self.setup = self.patch(reporter, 'setup')
        self.patch(forking, 'begin').side_effect = lambda start: start()

    def patch(self, owner, name):
        return self.enterContext(mock.patch.object(owner, name, autospec=True))

    def load(self, *lines):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines))
        loading.load(types.SimpleNamespace(host='of-nova'))
        return loading.is_loaded()

    def test_mirror(self):
        self.assertTrue(self.load())
        self.install.assert_called_once_with(True)
        (conf, about), _ = self.setup.call_args
        self.assertEqual('of-nova', conf.host)
        self.assertEqual('mirror', about['mode'])
        self.assertNotIn('missing', about)

    def test_controllers(self):
        self.assertTrue(self.load('[bridge]', 'mode = controllers'))
        self.install.assert_called_once_with(False)

    def test_off(self):
        self.assertFalse(self.load('[bridge]', 'mode = off'))
        self.install.assert_not_called()
        self.setup.assert_not_called()

    def test_only_once(self):
        for _ in range(2):
            self.assertTrue(self.load())
        self.setup.assert_called_once()

    def test_what_this_nova_lacks_is_told(self):
        self.install.return_value = ['InstanceAction.finish', 'A.b']
        self.assertTrue(self.load())
        (_conf, about), _ = self.setup.call_args
        self.assertEqual('InstanceAction.finish, A.b', about['missing'])
        self.assertIn(about['missing'], self.log.output)

    def test_required_actions_would_stop_nova(self):
        self.load('[reporter]', 'required_actions = create')
        (conf, _about), _ = self.setup.call_args
        self.assertEqual([], conf.reporter.required_actions)

    def test_error_is_logged_without_the_line(self):
        self.assertFalse(self.load('[DEFAULT]', SECRET))
        self.assertIn(self.path, self.log.output)
        self.assertNotIn(SECRET, self.log.output)

    def test_end_of_the_process_is_an_error_too(self):
        self.setup.side_effect = SystemExit(1)
        self.assertFalse(self.load())
        self.assertIn('SystemExit', self.log.output)

    def test_not_tried_again_after_an_error(self):
        self.setup.side_effect = ValueError
        self.assertFalse(self.load())
        self.setup.side_effect = None
        self.assertFalse(self.load())
