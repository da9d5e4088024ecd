# SPDX-License-Identifier: Apache-2.0
"""Names on the wire, which end a call is on, what is refused."""

import copy
import datetime
import threading
from typing import Any

import hypothesis
from hypothesis import strategies
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import exception as ovo_exc
from oslotest import base

from nova_actions import exception
from nova_actions import objects
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.rpc import serializer


class TestNames(base.BaseTestCase):
    def test_prefix(self):
        self.assertEqual(
            'nova_actions.InstanceAction', InstanceAction.obj_name()
        )
        self.assertEqual(
            'InstanceAction',
            InstanceAction().obj_to_primitive()['nova_object.name'],
        )
        self.assertEqual('X', objects_base.bare(objects_base.prefixed('X')))

    def test_nothing_under_novas_names(self):
        objects.register_all()
        registered = ovo.VersionedObjectRegistry.obj_classes()
        self.assertEqual(
            [],
            [
                name
                for name, classes in registered.items()
                if classes
                and classes[0].__module__.startswith('nova_actions.o')
                and not name.startswith(objects_base.PREFIX)
            ],
        )

    def test_versions(self):
        for value, version in (
            ('1.2', '1.2'),
            ('1.2.3', '1.2'),
            ('1', None),
            ('', None),
            ('1.2.3.4', None),
            ('a.b', None),
            (None, None),
            (1.2, None),
            ('1.2 ', None),
            ('\uff11.2', None),
            ('1.' + '9' * 10, None),
        ):
            self.assertEqual(version, objects_base.parse_version(value))
        self.assertTrue(objects_base.is_newer('1.10', '1.9'))


_TIMES = strategies.none() | strategies.datetimes()
_TEXTS = strategies.none() | strategies.text()


class TestTaking(base.BaseTestCase):
    """A row is taken over as oslo's setters would do it."""

    @hypothesis.given(
        strategies.fixed_dictionaries(
            {
                **dict.fromkeys(objects_base.TIME_FIELDS, _TIMES),
                **dict.fromkeys(
                    InstanceAction.fields.keys()
                    - objects_base.TIME_FIELDS
                    - {'id', 'deleted', 'events'},
                    _TEXTS,
                ),
                'id': strategies.integers(-(2**63), 2**63 - 1),
                'deleted': strategies.integers(0, 2**63 - 1),
            }
        )
    )
    def test_as_by_setters(self, values):
        context = object()
        expected, taken = InstanceAction(context), InstanceAction()
        for name, value in values.items():
            setattr(expected, name, value)
        taken.message = 'something else'
        taken._take(context, values)
        self.assertEqual(set(), taken.obj_what_changed())
        self.assertIs(context, taken._context)
        expected.obj_reset_changes()
        self.assertEqual(expected.obj_to_primitive(), taken.obj_to_primitive())
        self.assertEqual(
            {name: getattr(expected, name) for name in values},
            {name: getattr(taken, name) for name in values},
        )
        self.assertEqual(expected.values_of(values), taken.values_of(values))

    def test_times_of_an_unread_row_are_naive(self):
        now = datetime.datetime(2026, 1, 5, 12, 0, 0, 7)
        taken = self.taken(start_time=now)
        self.assertEqual(
            {'start_time': now, 'message': None},
            taken.values_of(['start_time', 'message']),
        )
        self.assertEqual(now.replace(tzinfo=datetime.UTC), taken.start_time)
        self.assertIs(False, taken.deleted)

    def test_what_is_set_before_the_row_is_read_stays(self):
        taken = self.taken(message='old', action='reboot')
        taken.message = 'new'
        self.assertEqual(
            {'message': 'new', 'action': 'reboot'},
            taken.values_of(['message', 'action']),
        )
        self.assertEqual(('reboot', 'new'), (taken.action, taken.message))
        self.assertEqual({'message'}, taken.obj_what_changed())

    def test_copied_before_the_row_is_read(self):
        for copied in (copy.copy, copy.deepcopy):
            taken = self.taken(message='text')
            self.assertEqual('text', copied(taken).message)
            self.assertEqual('text', taken.message)

    def test_what_the_row_lacks(self):
        taken = self.taken()
        self.assertFalse(taken.obj_attr_is_set('events'))
        self.assertTrue(taken.obj_attr_is_set('message'))
        self.assertRaises(AttributeError, getattr, taken, 'unknown')
        self.assertRaises(
            AttributeError, getattr, InstanceAction(), '_obj_message'
        )

    def taken(self, **values):
        taken = InstanceAction()
        taken._take(
            object(), dict.fromkeys(InstanceAction.fields) | {'id': 1} | values
        )
        return taken

    def test_list(self):
        context, taken = object(), self.taken(message='text')
        found = objects_base.as_list(InstanceActionList, context, [taken])
        self.assertIs(context, found._context)
        self.assertEqual([taken], list(found))
        self.assertEqual(set(), found.obj_what_changed())


class TestIndirection(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.remote: Any = object()
        objects_base.set_remote(self.remote)
        self.addCleanup(objects_base.set_remote, None)

    def test_by_call(self):
        self.assertIs(self.remote, InstanceAction.indirection_api)
        with objects_base.local():
            self.assertIsNone(InstanceAction.indirection_api)
            self.assertIsNone(InstanceAction().indirection_api)
            with objects_base.local():
                pass
            self.assertIsNone(InstanceAction.indirection_api)
        self.assertIs(self.remote, InstanceAction().indirection_api)

    def test_after_an_error(self):
        def fail() -> None:
            with objects_base.local():
                raise ValueError

        self.assertRaises(ValueError, fail)
        self.assertIs(self.remote, InstanceAction.indirection_api)

    def test_threads_have_the_default(self):
        seen: list[Any] = []
        with objects_base.local():
            thread = threading.Thread(
                target=lambda: seen.append(InstanceAction.indirection_api)
            )
            thread.start()
            thread.join()
        self.assertEqual([self.remote], seen)


class TestPrimitives(base.BaseTestCase):
    def primitive(self, **changes: Any) -> dict[str, Any]:
        return {
            'nova_object.name': 'InstanceAction',
            'nova_object.namespace': 'nova',
            'nova_object.version': '1.2',
            'nova_object.data': {'action': 'a'},
            **changes,
        }

    def refused(self, error: type[Exception], **changes: Any) -> str:
        return str(
            self.assertRaises(
                error,
                serializer.Serializer().deserialize_entity,
                None,
                self.primitive(**changes),
            )
        )

    def test_not_a_whole_object(self):
        for key, value in (
            ('version', None),
            ('version', 1.2),
            ('version', 'x'),
            ('data', None),
            ('data', []),
            ('data', {'id': 'secret'}),
            ('data', {'start_time': 'secret'}),
            ('changes', 1),
            ('changes', [[]]),
            ('name', 7),
            ('name', ['secret']),
        ):
            text = self.refused(
                exception.InvalidInput, **{f'nova_object.{key}': value}
            )
            self.assertNotIn('secret', text)

    def test_a_namespace_is_not_told_back_whatever_it_is(self):
        for value in (
            {'x': 'secret' * 10_000},
            'secret' * 10_000,
            ['secret'],
            None,
        ):
            text = self.refused(
                exception.InvalidInput, **{'nova_object.namespace': value}
            )
            self.assertNotIn('secret', text)

    def test_unknown(self):
        text = self.refused(
            ovo_exc.UnsupportedObjectError, **{'nova_object.name': 'Instance'}
        )
        self.assertEqual('Unsupported object type Instance', text)
        self.refused(
            ovo_exc.UnsupportedObjectError,
            **{'nova_object.namespace': 'cinder'},
        )
        text = self.refused(
            ovo_exc.UnsupportedObjectError, **{'nova_object.name': 'x' * 10**6}
        )
        self.assertLess(len(text), 400)

    def test_newer(self):
        text = self.refused(
            ovo_exc.IncompatibleObjectVersion, **{'nova_object.version': '1.9'}
        )
        self.assertEqual(
            'Version 1.9 of InstanceAction is not supported, '
            'supported version is 1.3',
            text,
        )

    def test_children_are_children(self):
        child = self.primitive(
            **{
                'nova_object.name': 'InstanceRecord',
                'nova_object.version': '1.0',
                'nova_object.data': {},
            }
        )
        self.refused(
            exception.InvalidInput,
            **{
                'nova_object.name': 'InstanceActionList',
                'nova_object.data': {'objects': [child]},
            },
        )

    def test_what_came_older_stays_older(self):
        old = InstanceAction.obj_from_primitive(self.primitive())
        self.assertEqual('1.2', old.VERSION)
        old.status = 'running'
        self.assertEqual(
            {'action': 'a'}, old.obj_to_primitive()['nova_object.data']
        )
        self.assertEqual('1.2', old.VERSION)
        self.assertRaises(
            ovo_exc.InvalidTargetVersion, old.obj_to_primitive, '1.3'
        )
        found = InstanceActionList(objects=[old])
        name = InstanceAction.obj_name()
        self.assertRaises(
            ovo_exc.InvalidTargetVersion,
            found.obj_to_primitive,
            '1.2',
            {name: '1.3'},
        )

    def test_unset(self):
        self.assertRaises(
            exception.InvalidInput, getattr, InstanceAction(), 'action'
        )
