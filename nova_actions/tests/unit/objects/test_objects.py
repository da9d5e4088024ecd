# SPDX-License-Identifier: Apache-2.0
"""What holds for every object: fingerprints, rules, backports."""

import inspect
from typing import Any

from oslo_utils import versionutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields
from oslo_versionedobjects import fixture
from oslotest import base

from nova_actions import objects
from nova_actions import policies
from nova_actions.objects import base as objects_base
from nova_actions.objects import notification

#: A change of an object's fields or remotables changes its fingerprint: then
#: bump its version, and let the older one be asked for
#: (doc/source/objects.rst).
FINGERPRINTS = {
    'ActionDetail': '1.0-3b3eb87f1adbea7aa4a02634083a71d9',
    'ActionSummary': '1.0-222234c8546f777e4040524f3ef20dfe',
    'ActionSummaryList': '1.0-02dc7a55c72ed8dfa35a89e78eeca2a6',
    'Change': '1.0-a44f22989c322d31bb12ed6f83059e8b',
    'ChangeList': '1.0-390127152e72761b8dc950651e66fa67',
    'InstanceAction': '1.3-78ce6e9c108bcf5e53814aa90a776dc8',
    'InstanceActionEvent': '1.6-c151cff2364b42a9eec88965dc4779f6',
    'InstanceActionEventList': '1.3-a52804b0957d4905ee975100cdd5a1f0',
    'InstanceActionEventPayload': '1.0-179f548cb7141dd9588c6fe3affbfe40',
    'InstanceActionList': '1.2-3f3a005eb85c87e1a71b057c46b86508',
    'InstanceActionPayload': '1.0-c09c3bcd8b97b04016e4821be42db0a9',
    'InstanceRecord': '1.1-b89e332d80320c9c7dfc33be992a0ae0',
    'InstanceRecordList': '1.1-4622a44efeb0ae5bcde115ee52d00b9c',
    'Report': '1.0-9d3c7357dbebec918df165fd4df8e6d4',
    'ReportList': '1.0-1e8851dffffa60cc028507f4119036a1',
    'Reporter': '1.2-594d10fc0753a0a9484a3cbd31794b96',
    'Stat': '1.0-a07c5383c6b5c363de16a017e2aabd0a',
    'StatList': '1.0-5f11045c5075aae340bd4d61d9fd8703',
}


def ours() -> dict[str, list[type[Any]]]:
    objects.register_all()
    found = {
        name: classes
        for name, classes in ovo.VersionedObjectRegistry.obj_classes().items()
        if name.startswith(objects_base.PREFIX)
        and classes[0].__module__.startswith('nova_actions.objects.')
    }
    # No call may carry these.
    payloads = {
        each.obj_name(): [each]
        for each in (
            notification.InstanceActionPayload,
            notification.InstanceActionEventPayload,
        )
    }
    assert not payloads.keys() & found.keys()
    return found | payloads


class TestFingerprints(base.BaseTestCase):
    def test_versions(self):
        checker = fixture.ObjectVersionChecker(ours())
        expected, actual = checker.test_hashes(
            {
                objects_base.prefixed(name): value
                for name, value in FINGERPRINTS.items()
            }
        )
        self.assertEqual(expected, actual)


class TestRemotables(base.BaseTestCase):
    def test_each_has_a_rule_and_is_named(self):
        rules = {rule.name for rule in policies.list_rules()}
        found = 0
        for name, (objclass, *_older) in ours().items():
            for attribute, value in inspect.getmembers(objclass):
                if hasattr(value, 'remotable'):
                    found += 1
                    self.assertIn(
                        value.original_fn.rule, rules, f'{name}.{attribute}'
                    )
                    self.assertTrue(value.__doc__, f'{name}.{attribute}')
        self.assertGreater(found, 15)


class TestBackports(base.BaseTestCase):
    """Every object at every version since 1.0, with all fields set."""

    def filled(self, objclass: type[Any]) -> Any:
        obj = objclass()
        for name, field in objclass.fields.items():
            if isinstance(field, ovo_fields.ListOfObjectsField):
                value: Any = [self.filled(self.newest(field.objname))]
            elif isinstance(field, ovo_fields.ObjectField):
                value = self.filled(self.newest(field.objname))
            elif isinstance(
                field, (ovo_fields.IntegerField, ovo_fields.FloatField)
            ):
                value = 1
            elif isinstance(field, ovo_fields.ListOfStringsField):
                value = ['host']
            elif isinstance(field, ovo_fields.DictOfIntegersField):
                value = {'host': 1}
            elif isinstance(field, ovo_fields.BooleanField):
                value = False
            elif 'Time' in type(field).__name__:
                value = '2026-01-02T03:04:05.678901'
            else:
                value = '11111111-1111-4111-8111-111111111111'
            setattr(obj, name, value)
        return obj

    def newest(self, name: str) -> type[Any]:
        return ours()[name][0]

    def versions(self, version: str) -> list[str]:
        _major, minor = versionutils.convert_version_to_tuple(version)
        return [f'1.{number}' for number in range(minor + 1)]

    def test_down_to_the_first(self):
        for objclass, *_older in ours().values():
            obj = self.filled(objclass)
            for version in self.versions(objclass.VERSION):
                primitive = obj.obj_to_primitive(version)
                self.assertEqual(version, primitive['nova_object.version'])
                expected = {
                    name
                    for name in objclass.fields
                    if not objects_base.is_newer(
                        objclass.ADDED.get(name, '1.0'), version
                    )
                }
                self.assertEqual(expected, set(primitive['nova_object.data']))
                self.check_times(objclass, version, primitive)

    def check_times(
        self, objclass: type[Any], version: str, primitive: dict[str, Any]
    ) -> None:
        micro = not objects_base.is_newer(objclass.HAS_MICROSECONDS, version)
        for value in primitive['nova_object.data'].values():
            if isinstance(value, str) and value.startswith('2026'):
                self.assertEqual(
                    '2026-01-02T03:04:05.678901Z'
                    if micro
                    else '2026-01-02T03:04:05Z',
                    value,
                )

    def test_each_field_after_the_first_version_is_named(self):
        for objclass, *_older in ours().values():
            self.assertLessEqual(set(objclass.ADDED), set(objclass.fields))
            for version in objclass.ADDED.values():
                self.assertFalse(
                    objects_base.is_newer(version, objclass.VERSION)
                )
