# SPDX-License-Identifier: Apache-2.0
"""The driver that loads the bridge and hears notifications."""

import importlib
import types
from unittest import mock

import fixtures
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions_bridge import driver
from nova_actions_bridge import loading


class TestDriver(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = types.SimpleNamespace(host='here')
        driver._loading.cache_clear()
        self.addCleanup(driver._loading.cache_clear)

    def patch(self, name):
        return self.enterContext(
            mock.patch.object(loading, name, autospec=True)
        )

    def make(self):
        return driver.Driver(self.conf, ['topic'], None)

    def test_what_it_loads_hears_of_each_notification(self):
        load, hear = self.patch('load'), self.patch('hear')
        self.make().notify({'user': 'u'}, {'event_type': 'x'}, 'INFO', None)
        load.assert_called_once_with(self.conf)
        hear.assert_called_once_with({'user': 'u'}, {'event_type': 'x'})

    @given(
        st.sampled_from(
            (
                ImportError,
                SyntaxError,
                # stevedore lets this one pass.
                AssertionError,
                AttributeError,
                SystemExit,
            )
        )
    )
    def test_whatever_an_import_raises(self, error):
        """Said once, although Nova makes two notifiers."""
        driver._loading.cache_clear()
        with (
            fixtures.FakeLogger() as log,
            mock.patch.object(
                importlib,
                'import_module',
                autospec=True,
                side_effect=error('no such name'),
            ),
        ):
            for _notifier in range(2):
                self.make().notify({}, {}, 'INFO', None)
        self.assertEqual(1, log.output.count('cannot be imported'))
        self.assertIn('no such name', log.output)
