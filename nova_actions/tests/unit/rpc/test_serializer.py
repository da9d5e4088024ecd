# SPDX-License-Identifier: Apache-2.0
"""What is sent arrives as it was, at no version above its pin."""

import json
import uuid

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions import context
from nova_actions import objects
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.rpc import serializer

leaves = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False)
    | strategies.text()
)
values = strategies.recursive(
    leaves,
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.text(max_size=5), inner, max_size=3
        )
    ),
)


class SerializerTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        objects.register_all()
        self.context = context.RequestContext(user_id='u', project_id='p')

    def sent(self, value, pins=None):
        """Return what arrives as JSON."""
        return json.loads(
            json.dumps(
                serializer.Serializer(pins).serialize_entity(
                    self.context, value
                )
            )
        )

    @hypothesis.given(values)
    def test_plain_values_arrive_as_they_are(self, value):
        sent = self.sent(value)
        self.assertEqual(value, sent)
        self.assertEqual(
            value,
            serializer.Serializer().deserialize_entity(self.context, sent),
        )

    def test_what_is_in_objects_and_beside_them(self):
        event = InstanceActionEvent(
            self.context, event='e', uuid=str(uuid.uuid4())
        )
        sent = self.sent({'a': [event], 'b': (1, None)})
        found = serializer.Serializer().deserialize_entity(self.context, sent)
        self.assertEqual([1, None], found['b'])
        self.assertEqual(event.uuid, found['a'][0].uuid)
        self.assertIs(self.context, found['a'][0]._context)

    def test_no_object_is_above_its_pin(self):
        event = InstanceActionEvent(
            self.context, event='e', uuid=str(uuid.uuid4())
        )
        for pin, expected in (('1.2', '1.2'), ('9.9', event.VERSION)):
            sent = self.sent([event], {'InstanceActionEvent': pin})
            self.assertEqual(expected, sent[0]['nova_object.version'])
        sent = self.sent([event], {'InstanceAction': '1.0'})
        self.assertEqual(event.VERSION, sent[0]['nova_object.version'])
        old = self.sent(event, {'InstanceActionEvent': '1.2'})
        self.assertNotIn('uuid', old['nova_object.data'])

    def test_a_manifest_has_no_version_above_a_pin(self):
        pinned = serializer.Serializer({'A': '1.2'})
        self.assertEqual(
            {'A': '1.2', 'B': '1.5'}, pinned.manifest({'A': '1.5', 'B': '1.5'})
        )
        self.assertEqual({'A': '1.1'}, pinned.manifest({'A': '1.1'}))
        # As the registry names them, too.
        self.assertEqual(
            {'nova_actions.A': '1.2'},
            pinned.manifest({'nova_actions.A': '1.10'}),
        )

    def test_a_context_arrives_without_its_token(self):
        self.context.auth_token = 'secret-token'
        one = serializer.Serializer()
        sent = json.loads(json.dumps(one.serialize_context(self.context)))
        self.assertNotIn('secret', str(sent))
        found = one.deserialize_context(sent)
        for name in ('user_id', 'project_id', 'request_id'):
            self.assertEqual(getattr(self.context, name), getattr(found, name))
