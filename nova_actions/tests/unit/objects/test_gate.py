# SPDX-License-Identifier: Apache-2.0
import inspect
import uuid

import hypothesis
from hypothesis import strategies
from oslo_versionedobjects import base as ovo
from oslotest import base as test_base

from nova_actions import exception
from nova_actions import objects
from nova_actions import policies
from nova_actions.objects import base
from nova_actions.objects import gate
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.report import ReportList
from nova_actions.tests import base as tests_base

UUID = '4c1a1c5e-6a3d-4f3e-8a1b-0a3c5d7e9f11'


def remotables():
    """Yield (class, name, method) of every remotable of ours."""
    objects.register_all()
    registered = ovo.VersionedObjectRegistry.obj_classes()
    for name, versions in registered.items():
        if not name.startswith(base.PREFIX):
            continue
        for attribute in dir(versions[0]):
            if attribute == 'indirection_api':
                continue
            method = getattr(versions[0], attribute)
            if getattr(method, 'remotable', False):
                yield versions[0], attribute, method


class TestEveryRemotable(test_base.BaseTestCase):
    def test_there_are_some(self):
        self.assertLess(14, len(list(remotables())))

    def test_has_a_rule(self):
        known = {rule.name for rule in policies.list_rules()}
        for cls, name, method in remotables():
            rule = getattr(method.original_fn, 'rule', None)
            self.assertIn(rule, known, f'{cls.__name__}.{name}')

    def test_every_rule_has_a_use(self):
        used = {method.original_fn.rule for _, _, method in remotables()}
        ours = {
            policies.LIST,
            policies.SHOW,
            policies.LIST_ALL_PROJECTS,
            policies.ACTION_START,
            policies.ACTION_FINISH,
            policies.EVENT_START,
            policies.EVENT_FINISH,
        }
        self.assertEqual(ours, used)

    def test_every_argument_has_a_shape(self):
        for cls, name, method in remotables():
            for parameter in inspect.signature(method.original_fn).parameters:
                if parameter not in ('cls', 'self', 'context'):
                    self.assertIn(
                        parameter, gate.CHECKS, f'{cls.__name__}.{name}'
                    )


def _signatures():
    def one(cls, context, a, b=1):
        pass

    def two(self):
        pass

    def three(cls, context, a=None, b=True, c=3):
        pass

    return [inspect.signature(each) for each in (one, two, three)]


class TestBinder(test_base.BaseTestCase):
    @hypothesis.given(
        strategies.sampled_from(_signatures()),
        strategies.lists(strategies.integers(), max_size=6),
        strategies.dictionaries(
            strategies.sampled_from(('cls', 'context', 'a', 'b', 'd')),
            strategies.integers(),
        ),
    )
    def test_as_the_signature_binds(self, signature, args, kwargs):
        bind = gate._binder(signature)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            found = self.assertRaises(TypeError, bind, *args, **kwargs)
            self.assertEqual(str(error), str(found))
        else:
            bound.apply_defaults()
            self.assertEqual(
                [*bound.arguments.items()], [*bind(*args, **kwargs).items()]
            )


class TestTarget(test_base.BaseTestCase):
    def test_what_is_unknown_is_left_out(self):
        self.assertEqual({}, gate.target_of(None))
        self.assertEqual(
            {'project_id': 'p', 'host': 'h'},
            gate.target_of({'project_id': 'p', 'user_id': None}, 'h'),
        )


class _Shapes:
    """Each bad argument: an Invalid that names it, and nothing written."""

    def refused(self, argument, function, *args, **kwargs):
        error = self.assertRaises(
            exception.Invalid, function, self.context, *args, **kwargs
        )
        self.assertIn(argument, str(error))

    def test_uuids(self):
        for value in (
            None,
            '',
            'x',
            5,
            UUID + '\n',
            f'{{{UUID}}}',
            [],
            {},
            UUID.replace('-', ''),
        ):
            self.refused(
                'instance_uuid', InstanceAction.action_start, value, 'create'
            )
            if value is not None:
                self.refused(
                    'uuid',
                    InstanceAction.action_start,
                    UUID,
                    'create',
                    uuid=value,
                )

    def test_names(self):
        for value in (None, '', '\0\n', 'x' * 256, 5):
            self.refused(
                'action_name', InstanceAction.action_start, UUID, value
            )

    def test_request_ids(self):
        for value in (None, '', 'x' * 256, 'req-\n', 'ü', 7):
            self.refused(
                'request_id', InstanceAction.get_by_request_id, UUID, value
            )

    def test_lists(self):
        listing = InstanceActionList.get_by_instance_uuid
        for value in (-1, '5', 2**31, True, 1.5):
            self.refused('limit', listing, UUID, limit=value)
        self.refused('marker', listing, UUID, marker='x' * 256)
        self.refused('filters', listing, UUID, filters=[1])
        for value in ('yesterday', 5, '9999-12-31T23:59:59-23:59'):
            self.refused(
                'changes-since',
                listing,
                UUID,
                filters={'changes-since': value},
            )

    def test_arguments_that_do_not_fit(self):
        self.refused('argument', InstanceAction.action_start, UUID)
        self.refused(
            'argument',
            InstanceAction.action_start,
            UUID,
            'create',
            colour='red',
        )

    def test_control_characters_are_not_stored(self):
        action = InstanceAction.action_start(
            self.context, str(uuid.uuid4()), 'create'
        )
        again = InstanceAction.action_start(
            self.context, action.instance_uuid, 're\0bo\x1bot\n'
        )
        self.assertEqual('reboot', again.action)


class TestWrongTypes(test_base.BaseTestCase):
    def test_an_object_for_any_argument(self):
        registered = ovo.VersionedObjectRegistry.obj_classes()
        wrong = [
            versions[0]()
            for name, versions in registered.items()
            if name.startswith(base.PREFIX)
            and name != base.prefixed('ReportList')
        ]
        wrong += [
            InstanceActionList(objects=[InstanceAction()]),
            ReportList(objects=[]).objects,
            1.5,
            b'x',
        ]
        for _class, _name, method in remotables():
            arguments = inspect.signature(method.original_fn).parameters
            for argument in arguments.keys() - {'self', 'cls', 'context'}:
                for given in wrong:
                    self.assertRaises(
                        exception.InvalidInput,
                        gate.CHECKS[argument],
                        argument,
                        given,
                    )


class TestLocal(_Shapes, tests_base.ObjectTestCase):
    def test_the_injected_instance_cannot_be_given(self):
        self.refused(
            'instance',
            InstanceActionList.get_by_instance_uuid,
            UUID,
            instance={'project_id': 'owner'},
        )


class TestRemote(_Shapes, tests_base.ObjectTestCase):
    REMOTE = True
