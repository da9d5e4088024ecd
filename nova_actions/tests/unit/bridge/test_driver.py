# SPDX-License-Identifier: Apache-2.0
"""The driver that loads the bridge and hears notifications."""

import types
from unittest import mock

import fixtures
from oslotest import base

from nova_actions_bridge import driver
from nova_actions_bridge import loading
from nova_actions_bridge import notice


class TestDriver(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.load = self.patch(loading, 'load')
        self.is_loaded = self.patch(loading, 'is_loaded')
        self.hear = self.patch(notice, 'hear')
        self.conf = types.SimpleNamespace(host='here')

    def patch(self, owner, name):
        return self.enterContext(mock.patch.object(owner, name, autospec=True))

    def notify(self):
        driver.Driver(self.conf, ['topic'], None).notify(
            {'user': 'u'}, {'event_type': 'x'}, 'INFO', None
        )

    def test_loaded(self):
        self.is_loaded.return_value = True
        self.notify()
        self.load.assert_called_once_with(self.conf)
        self.hear.assert_called_once_with({'user': 'u'}, {'event_type': 'x'})

    def test_not_loaded(self):
        self.is_loaded.return_value = False
        self.notify()
        self.hear.assert_not_called()

    def test_error_does_not_reach_nova(self):
        log = self.useFixture(fixtures.FakeLogger())
        self.hear.side_effect = KeyError('publisher_id')
        self.notify()
        self.assertIn('KeyError', log.output)
