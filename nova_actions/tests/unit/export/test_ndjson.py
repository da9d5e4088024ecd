# SPDX-License-Identifier: Apache-2.0
"""Changes as they are."""

import json

from hypothesis import given
from oslotest import base

from nova_actions.export import ndjson
from nova_actions.tests.unit.export import changes


class NdjsonTest(base.BaseTestCase):
    @given(changes.CHANGES)
    def test_ndjson(self, change):
        self.assertEqual(change, json.loads(changes.line(ndjson, change)))
