# SPDX-License-Identifier: Apache-2.0
"""Addresses without their version."""

from oslotest import base

from nova_actions_client import http


class TestRoot(base.BaseTestCase):
    def test_root(self):
        for endpoint in (
            'http://h:1',
            'http://h:1/',
            'http://h:1/v2.1',
            'http://h:1/v2.1/abc',
            'http://h:1/v1/',
        ):
            self.assertEqual('http://h:1', http.root_of(endpoint))
        self.assertEqual(
            'https://h/vms/log', http.root_of('https://h/vms/log/v1?x=1')
        )
