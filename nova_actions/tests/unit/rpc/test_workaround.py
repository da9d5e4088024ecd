# SPDX-License-Identifier: Apache-2.0
"""What oslo.messaging does wrong."""

import types

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.rpc import transport
from nova_actions.rpc import workaround
from nova_actions.tests import fixtures


def nested(kinds):
    """Return a value with so many levels of lists and dictionaries."""
    value = 'x'
    for is_list in kinds:
        value = [value, 1] if is_list else {'a': 2, 'b': value}
    return value


class TestDepth(base.BaseTestCase):
    @given(st.lists(st.booleans(), max_size=80))
    def test_levels_are_counted(self, kinds):
        self.assertEqual(
            len(kinds) >= workaround._DEPTH_LIMIT,
            workaround._is_deep(nested(kinds)),
        )

    def test_only_contexts_are_replaced(self):
        deep = nested([True] * 100)
        taken = []
        workaround._take(
            taken.append,
            {'_context_a': deep, '_context_b': ['x'], 'args': deep},
        )
        self.assertEqual(
            [{'_context_a': [None], '_context_b': ['x'], 'args': deep}], taken
        )


class Poller:
    """A listener that still has messages when its server stops."""

    def __init__(self, incoming):
        self.incoming = incoming
        self.cancelled = []
        self.conn = types.SimpleNamespace(
            connection=types.SimpleNamespace(_consumers={self: 'tag'})
        )

    def cancel(self, tag):
        self.cancelled.append(tag)
        raise ConnectionError


class Server:
    def __init__(self, poller):
        self.listener = types.SimpleNamespace(_poll_style_listener=poller)
        self.calls = []

    def stop(self):
        self.calls.append('stop')

    def wait(self):
        self.calls.append('wait')

    def _on_incoming(self, messages):
        self.calls += messages


class TestFinish(base.BaseTestCase):
    def test_what_has_arrived_is_worked_on(self):
        poller = Poller(['one', 'two'])
        server = Server(poller)
        workaround.finish(server)
        self.assertEqual(['stop', 'one', 'two', 'wait'], server.calls)
        self.assertEqual(['tag'], poller.cancelled)

    def test_fake_bus(self):
        server = Server(None)
        workaround.finish(server)
        self.assertEqual(['stop', 'wait'], server.calls)


class TestNotifier(base.BaseTestCase):
    def test_waits_for_a_bus_for_ever(self):
        """To oslo.messaging None is for ever, even before it has ever been
        connected."""
        for retry, expected in ((-1, None), (0, 0), (3, 3)):
            conf = self.useFixture(
                fixtures.Conf(oslo_messaging_notifications__retry=retry)
            ).conf
            notifier = workaround.get_notifier(
                transport.get_notification_transport(conf), 'here'
            )
            self.assertEqual(expected, notifier.retry)
