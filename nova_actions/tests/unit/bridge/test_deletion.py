# SPDX-License-Identifier: Apache-2.0
"""Deletions that nova-api does itself."""

import contextvars

from oslotest import base

from nova_actions.reporter import testing
from nova_actions.tests import fixtures
from nova_actions_bridge import deletion

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'
OTHER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d12'


class TestDeletion(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)
        self.context = fixtures.make_context()

    def is_known(self, server=SERVER, name='delete', context=None):
        return deletion.is_known(
            (context or self.context).request_id, server, name
        )

    def kinds(self):
        return [each['kind'] for each in self.recorded._transitions]

    def test_recorded_once_however_often_it_is_heard_of(self):
        for _ in range(2):
            deletion.begin(self.context, SERVER)
        for _ in range(2):
            deletion.end(self.context, SERVER)

        begin, end = self.recorded._transitions
        self.assertEqual(['action', 'end'], self.kinds())
        self.assertEqual(begin['uuid'], end['action_uuid'])
        # Nova starts its own action only now.
        self.assertTrue(self.is_known())

    def test_only_this_deletion_is_known(self):
        deletion.begin(self.context, SERVER)

        self.assertTrue(self.is_known())
        self.assertFalse(self.is_known(server=OTHER))
        self.assertFalse(self.is_known(name='reboot'))
        self.assertFalse(self.is_known(context=fixtures.make_context()))
        self.assertFalse(contextvars.Context().run(self.is_known))

    def test_end_of_another_server(self):
        deletion.begin(self.context, SERVER)
        deletion.end(self.context, OTHER)

        self.assertEqual(['action'], self.kinds())

    def test_end_while_an_error_is_handled(self):
        """Nova announces the end all the same."""
        deletion.begin(self.context, SERVER)
        try:
            raise ValueError
        except ValueError:
            deletion.end(self.context, SERVER)

        self.assertEqual(['action'], self.kinds())

    def test_servers_of_one_request(self):
        for server in (SERVER, OTHER):
            deletion.begin(self.context, server)
            deletion.end(self.context, server)

        self.assertEqual(['action', 'end'] * 2, self.kinds())
