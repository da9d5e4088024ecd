# SPDX-License-Identifier: Apache-2.0
"""Deletions that nova-api does itself."""

import uuid

from oslotest import base

from nova_actions.reporter import testing
from nova_actions_bridge import deletion
from nova_actions_bridge import notice

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class TestDeletion(base.BaseTestCase):
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

    def test_both_formats_are_one_deletion(self):
        for phase in ('start', 'end'):
            self.hear(f'compute.instance.delete.{phase}')
            self.hear(f'instance.delete.{phase}', 'nova-api:here')

        self.assertEqual(
            [('action', 'delete'), ('end', 'delete')], self.kinds()
        )
        self.assertTrue(
            deletion.is_known(self.context['request_id'], SERVER, 'delete')
        )

    def test_another_request(self):
        self.hear('instance.delete.start')

        self.assertFalse(deletion.is_known('req-2', SERVER, 'delete'))
        self.assertFalse(
            deletion.is_known(self.context['request_id'], SERVER, 'reboot')
        )

    def test_of_a_compute(self):
        self.hear('compute.instance.delete.start', 'compute.here')

        self.assertEqual([], self.kinds())

    def test_before_it_is_built(self):
        self.hear('instance.delete.start', state='building')

        self.assertEqual([], self.kinds())

    def test_an_error_on_its_way(self):
        """Nova says the end all the same."""
        self.hear('instance.delete.start')
        try:
            raise ValueError
        except ValueError:
            self.hear('instance.delete.end')

        self.assertEqual([('action', 'delete')], self.kinds())
