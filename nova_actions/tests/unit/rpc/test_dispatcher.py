# SPDX-License-Identifier: Apache-2.0
"""From a message to a method, and from its error to an answer."""

import json

import fixtures
import oslo_messaging as messaging
from hypothesis import given
from hypothesis import strategies as st
from oslo_messaging._drivers import common
from oslotest import base

from nova_actions import exception
from nova_actions.objects import base as objects_base
from nova_actions.rpc import dispatcher
from nova_actions.tests.unit.conductor import wire

SECRET = 'correct-horse'


class Endpoint:
    target = messaging.Target(namespace='ns', version='1.2')

    def __init__(self):
        self.calls = []

    @dispatcher.exposed
    def run(self, _context, what, error=None):
        self.calls.append((what, objects_base.ActionsObject.indirection_api))
        if error is not None:
            raise error
        return what

    def hidden(self, _context):
        raise AssertionError


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


class TestDispatch(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.endpoint = Endpoint()
        self.dispatcher = dispatcher.get_dispatcher([self.endpoint])

    def send(self, message):
        return self.dispatcher.dispatch(wire.Incoming(wire.MINIMAL, message))

    def call(self, method='run', version='1.0', namespace='ns', **args):
        return self.send(
            {
                'method': method,
                'version': version,
                'namespace': namespace,
                'args': args,
            }
        )

    def fail(self, *args, **kwargs):
        """Return the class and the text of the error that is sent."""
        expected = self.assertRaises(
            messaging.ExpectedException, self.call, *args, **kwargs
        )
        sent = json.loads(common.serialize_remote_exception(expected.exc_info))
        self.assertNotIn(SECRET, json.dumps(sent))
        self.assertNotIn(SECRET, self.log.output)
        return sent['class'], sent['message']

    def test_exposed_method_runs_locally(self):
        self.assertEqual('x', self.call(what='x'))
        self.assertEqual([('x', None)], self.endpoint.calls)

    def test_what_is_not_there(self):
        for kwargs, kind in (
            ({'method': 'hidden'}, 'NoSuchMethod'),
            ({'method': 'none'}, 'NoSuchMethod'),
            ({'method': '__init__'}, 'NoSuchMethod'),
            ({'version': '1.3'}, 'UnsupportedVersion'),
            ({'version': '2.0'}, 'UnsupportedVersion'),
            ({'namespace': 'other'}, 'UnsupportedVersion'),
            ({'namespace': None}, 'UnsupportedVersion'),
            ({'version': '1.x'}, 'Invalid'),
            ({'version': 1.0}, 'Invalid'),
            ({'what': 'x', 'more': SECRET}, 'Invalid'),
            ({}, 'Invalid'),
        ):
            self.assertEqual(kind, self.fail(**kwargs)[0], kwargs)
        self.assertEqual([], self.endpoint.calls)

    def test_our_error_is_sent_as_it_is(self):
        error = exception.InstanceActionNotFound(
            request_id='req-1', instance_uuid='i'
        )
        kind, text = self.fail(what='x', error=error)
        self.assertEqual('InstanceActionNotFound', kind)
        self.assertIn('req-1', text)
        self.assertEqual('', self.log.output)

    def test_other_error_has_only_its_class(self):
        kind, text = self.fail(what='x', error=ValueError(SECRET))
        self.assertEqual('ActionsException', kind)
        self.assertIn('ValueError', text)
        # With where it happened.
        self.assertIn('in run', self.log.output)

    def test_cause_is_not_sent(self):
        error = exception.Conflict()
        error.__cause__ = ValueError(SECRET)
        self.fail(what='x', error=error)

    def test_too_deep(self):
        kind, text = self.fail(what='x', error=RecursionError())
        self.assertEqual('Invalid', kind)
        self.assertIn('deep', text)

    @given(anything | st.fixed_dictionaries({'method': anything}))
    def test_any_message_is_answered(self, message):
        self.assertRaises(messaging.ExpectedException, self.send, message)
