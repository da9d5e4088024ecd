# SPDX-License-Identifier: Apache-2.0
"""What Nova's notifications tell of deletions."""

import uuid

from oslotest import base

from nova_actions.reporter import testing
from nova_actions_bridge import notice

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class TestNotice(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)
        self.context = {
            'request_id': f'req-{uuid.uuid4()}',
            'user_id': 'user',
            'project_id': 'owner',
        }

    def hear(self, event, sender='api.here', state='error'):
        notice.hear(
            self.context,
            {
                'event_type': event,
                'publisher_id': sender,
                'payload': {'instance_id': SERVER, 'state': state},
            },
        )

    def kinds(self):
        return [
            (each['kind'], each['name']) for each in self.recorded._transitions
        ]

    def test_both_formats_tell_of_one_deletion(self):
        for phase in ('start', 'end'):
            self.hear(f'compute.instance.delete.{phase}')
            self.hear(f'instance.delete.{phase}', 'nova-api:here')

        self.assertEqual(
            [('action', 'delete'), ('end', 'delete')], self.kinds()
        )

    def test_sent_by_a_compute_service(self):
        self.hear('compute.instance.delete.start', 'compute.here')

        self.assertEqual([], self.kinds())

    def test_server_that_is_being_built(self):
        self.hear('instance.delete.start', state='building')

        self.assertEqual([], self.kinds())
