# SPDX-License-Identifier: Apache-2.0
"""Names as labels."""

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions.metrics import name


class NamesTest(base.BaseTestCase):
    def test_known(self):
        self.assertEqual('live-migration', name.action('live-migration'))
        self.assertEqual(
            'compute_reboot_instance', name.event('compute_reboot_instance')
        )

    @given(strategies.text())
    def test_whatever_comes_there_are_few(self, text):
        self.assertIn(name.action(text), {*name._ACTIONS, name.OTHER})
        self.assertIn(name.event(text), {*name._EVENTS, name.OTHER})
