# SPDX-License-Identifier: Apache-2.0
"""Nova's own functional tests with the bridge loaded: what passes without it
passes with it."""

import json
import unittest

from nova_actions.tests import FULL
from nova_actions.tests.functional import bridged

MODULES = (
    'nova.tests.functional.test_instance_actions',
    'nova.tests.functional.test_servers',
)


class TestOwn(bridged.BridgeTestCase):
    def run_own(self, driver, *names):
        """Return the tests of Nova that pass with a driver of
        notifications."""
        told = self.folder / 'told.json'
        # There are hundreds of them.
        self.run_nova('mirror', 'own.py', told, driver, *names, timeout=None)
        return set(json.loads(told.read_text())['passed'])

    def check(self, *names):
        before = self.run_own('noop', *names)
        self.assertNotEqual(set(), before)
        self.assertEqual(set(), before - self.run_own('nova_actions', *names))
        # It was there.
        self.assertNotEqual({}, self.ours())

    @unittest.skipUnless(FULL, 'half an hour: NOVA_ACTIONS_FULL=1')
    def test_all(self):
        self.check(*MODULES)

    @unittest.skipUnless(FULL, 'minutes: NOVA_ACTIONS_FULL=1')
    def test_what_is_about_actions(self):
        self.check(MODULES[0])
