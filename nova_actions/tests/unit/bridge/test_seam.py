# SPDX-License-Identifier: Apache-2.0
"""The methods of Nova that the bridge replaces."""

import sys
import types
from unittest import mock

from oslotest import base

from nova_actions_bridge import seam


def make_nova(leave_out=()):
    """Return modules by name that have each place but those left out."""
    modules = {}
    for module, owner, name, _make in seam._all(True):
        made = modules.setdefault(module, types.ModuleType(module))
        if not hasattr(made, owner):
            setattr(made, owner, type(owner, (), {}))
        if (owner, name) not in leave_out:

            def method(self, *_args):
                return self

            is_class_method = name in {
                'from_dict',
                'action_start',
                'event_start',
                'event_finish_with_failure',
            }
            setattr(
                getattr(made, owner),
                name,
                classmethod(method) if is_class_method else method,
            )
    parents = {name.rpartition('.')[0] for name in modules} | {'nova'}
    return {
        **{name: types.ModuleType(name) for name in parents},
        **modules,
    }


class TestInstall(base.BaseTestCase):
    def install(self, modules):
        with mock.patch.dict(sys.modules, modules):
            return seam.install(True)

    def methods(self, modules):
        return {
            f'{owner}.{name}': vars(getattr(modules[module], owner)).get(name)
            for module, owner, name, _make in seam._all(True)
        }

    def test_each_place_is_replaced_by_its_own_kind(self):
        modules = make_nova()
        before = self.methods(modules)

        self.assertEqual([], self.install(modules))

        for name, new in self.methods(modules).items():
            self.assertIsNot(before[name], new, name)
            self.assertIs(type(before[name]), type(new), name)

    def test_what_is_missing_is_told_and_the_rest_replaced(self):
        modules = make_nova({('InstanceAction', 'finish')})
        before = self.methods(modules)

        self.assertEqual(['InstanceAction.finish'], self.install(modules))

        after = self.methods(modules)
        self.assertEqual(
            {'InstanceAction.finish'},
            {name for name in before if before[name] is after[name]},
        )

    def test_no_nova(self):
        self.assertEqual(
            len(list(seam._all(True))),
            len(self.install({'nova': None})),
        )
