# SPDX-License-Identifier: Apache-2.0
"""No client keeps a thread, or a connection that others need."""

import contextlib
from unittest import mock

from oslotest import base

from nova_actions.api import listener
from nova_actions.tests import patience
from nova_actions.tests.unit.api import malformed
from nova_actions.tests.unit.api import wire


class SlowTest(base.BaseTestCase):
    """Clients that keep a connection, and others that only ask."""

    UNFINISHED = {
        'a slow body': wire.get('/v2.1', 'Content-Length: 100000', body=b'x'),
        'a slow chunk': wire.get('/v2.1', malformed.CHUNKED, body=b'5\r\nh'),
        'slow headers': wire.get('/v2.1')[:-2],
        'nothing': b'',
    }

    def setUp(self):
        super().setUp()
        self.kept = contextlib.ExitStack()
        self.addCleanup(self.kept.close)

    def serve(self, **options):
        self.running = self.useFixture(
            wire.Server(**{'api__threads': 1, **options})
        )

    def keep(self, sent):
        return self.kept.enter_context(wire.Client(self.running.address, sent))

    def assertServes(self):
        with wire.Client(self.running.address, wire.get('/v2.1')) as client:
            self.assertEqual(200, client.answer()[0])

    def test_others_are_answered(self):
        self.serve()
        for name, sent in self.UNFINISHED.items():
            slow = [self.keep(sent) for _number in range(12)]
            for _byte in range(3):
                for client in slow:
                    client.send(b'x' if name == 'a slow body' else b'')
                self.assertServes()

    def test_who_takes_no_answer(self):
        """However many large answers he has asked for."""
        large = b'x' * 5_000_000

        def application(environ, start_response):
            body = large if environ['PATH_INFO'] == '/large' else b''
            start_response('200 OK', [('Content-Length', str(len(body)))])
            return [body]

        self.serve(application=application)
        greedy = self.keep(wire.get('/large') * 6)
        # They take turns, as far as it gets.
        for _number in range(12):
            self.assertServes()
        for _number in range(6):
            self.assertEqual((200, large), greedy.answer())

    def test_many_idle(self):
        self.serve()
        idle = [self.keep(wire.get('/v2.1')) for _number in range(500)]
        for client in idle:
            self.assertEqual(200, client.answer()[0])
        self.assertServes()
        for client in idle:
            client.send(wire.get('/v2.1'))
            self.assertEqual(200, client.answer()[0])

    def test_all_places_taken(self):
        """Who has waited longest goes."""
        self.serve(api__connections=5)
        slow = [
            self.keep(sent)
            for sent in self.UNFINISHED.values()
            for _number in range(5)
        ]
        self.assertServes()
        self.assertTrue(slow[0].is_closed())

    def test_more_than_select_knows(self):
        self.serve()
        for _number in range(1100):
            self.keep(b'G')
        self.assertServes()

    def test_overdue(self):
        self.serve()
        slow = [self.keep(sent) for sent in self.UNFINISHED.values()]
        refused = self.keep(b'x\r\n\r\n')
        self.assertEqual(400, refused.answer()[0])
        self.assertServes()
        with contextlib.ExitStack() as stack:
            for name in ('RECEIVE_TIMEOUT', 'IDLE_TIMEOUT', 'LINGER_TIMEOUT'):
                stack.enter_context(mock.patch.object(listener, name, 0))
            for client in slow:
                self.assertTrue(client.is_closed())
            # Its end, for which it waits, would not tell.
            opened = self.running.service._listener.active_channels
            patience.wait_until('no connection', lambda: not opened)
