# SPDX-License-Identifier: Apache-2.0
"""Version pins."""

import inspect

from oslo_versionedobjects import base as ovo
from oslotest import base

from nova_actions import exception
from nova_actions import objects
from nova_actions.conductor import pins
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent

UUID = '11111111-1111-4111-8111-111111111111'


class TestParse(base.BaseTestCase):
    def test_none(self):
        self.assertEqual({}, pins.parse(None))
        self.assertEqual({}, pins.parse(''))

    def test_pairs(self):
        self.assertEqual(
            {'InstanceAction': '1.2', 'InstanceActionEvent': '1.4'},
            pins.parse('InstanceAction=1.2, InstanceActionEvent = 1.4.3'),
        )

    def test_releases(self):
        for name, versions in pins.RELEASES.items():
            self.assertEqual(versions, pins.parse(name))

    def test_neither(self):
        for text in (
            'InstanceAction',
            'InstanceAction=',
            '=1.2',
            'x=y',
            '0.1',
            'InstanceAction=1.2,',
            'nova',
            'InstanceActon=1.2',
            'instanceaction=1.2',
            'InstanceAction=0.9',
        ):
            error = self.assertRaises(exception.InvalidInput, pins.parse, text)
            self.assertIn('[upgrade_levels] conductor', str(error))

    def test_newest_release_has_every_object(self):
        """A bump of a version must not miss the table of releases."""
        objects.register_all()
        registered = ovo.VersionedObjectRegistry.obj_classes()
        ours = {
            objects_base.bare(name): classes[0].VERSION
            for name, classes in registered.items()
            if name.startswith(objects_base.PREFIX)
        }
        self.assertEqual(ours, dict(list(pins.RELEASES.values())[-1]))


class TestArguments(base.BaseTestCase):
    def fit(self, version, *args, **kwargs):
        return pins.fit_arguments(
            InstanceActionEvent, 'event_start', version, args, kwargs
        )

    def test_unknown_ones_are_left_out(self):
        known = {'want_result': False, 'host': 'h'}
        newer = {'uuid': UUID, 'start_time': None}
        for version, kept in (
            ('1.5', {**known, **newer}),
            ('1.4', known),
            ('1.1', {'want_result': False}),
        ):
            self.assertEqual(
                ((UUID, 'e'), kept),
                self.fit(version, UUID, 'e', **known, **newer),
            )

    def test_by_position(self):
        self.assertEqual(
            (
                (),
                {
                    'instance_uuid': UUID,
                    'event_name': 'e',
                    'want_result': False,
                    'host': 'h',
                },
            ),
            self.fit('1.4', UUID, 'e', False, 'h', UUID),
        )
        self.assertEqual(
            ((UUID, 'e', False, 'h'), {}),
            self.fit('1.4', UUID, 'e', False, 'h'),
        )

    def test_too_many_are_the_conductors_to_refuse(self):
        args = tuple(range(20))
        self.assertEqual((args, {}), self.fit('1.4', *args))

    def test_only_real_arguments_are_named(self):
        for objclass in (InstanceAction, InstanceActionEvent):
            for method, added in objclass.ADDED_ARGUMENTS.items():
                signature = inspect.signature(
                    getattr(objclass, method).original_fn
                )
                self.assertLessEqual(set(added), set(signature.parameters))
