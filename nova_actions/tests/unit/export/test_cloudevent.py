# SPDX-License-Identifier: Apache-2.0
"""Changes as the SDK of CloudEvents reads them."""

from cloudevents.core.formats import json as cloudevents_json
from cloudevents.core.v1 import event
from hypothesis import given
from oslotest import base

from nova_actions.export import cloudevent
from nova_actions.tests.unit.export import changes


class CloudeventTest(base.BaseTestCase):
    @given(changes.CHANGES)
    def test_cloudevents(self, change):
        read = cloudevents_json.JSONFormat().read(
            event.CloudEvent, changes.line(cloudevent, change)
        )
        self.assertEqual(change['id'], read.get_id())
        self.assertEqual(
            f'org.openstack.nova_actions.{change["kind"]}', read.get_type()
        )
        self.assertEqual(change['server'], read.get_subject())
        self.assertEqual(change, read.get_data())
