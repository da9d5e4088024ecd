# SPDX-License-Identifier: Apache-2.0
"""The key that cursors are signed with."""

from nova_actions.db.search import signing_key
from nova_actions.tests import base


class TestSigningKey(base.ObjectTestCase):
    def test_it_stays_the_same(self):
        key = signing_key.get(self.admin)
        self.assertGreaterEqual(len(key), 32)
        self.assertEqual(key, signing_key.get(self.admin))
