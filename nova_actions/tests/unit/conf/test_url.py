# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions.conf import url


class PrefixTest(base.BaseTestCase):
    def test_what_can_be_parsed_is_kept(self):
        for prefix in ('', '/compute', 'https://[::1]:8774/compute'):
            self.assertEqual(prefix, url.Prefix()(prefix))

    def test_what_cannot_be_parsed_is_refused(self):
        for prefix in ('http://[::1', 'http://::1]', 'http://[x]/compute'):
            self.assertRaises(ValueError, url.Prefix(), prefix)
