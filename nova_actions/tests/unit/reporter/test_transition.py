# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import sanitize
from nova_actions.objects import text
from nova_actions.reporter import transition


def deep(function):
    """Call a function where there is hardly any stack left."""
    try:
        return deep(function)
    except RecursionError:
        return function()


class NameTestCase(base.BaseTestCase):
    def test_want_of_stack_is_not_kept(self):
        # Made, and its rules tried, where there is stack enough.
        text.sanitizer()
        name = 'compute_far_down'
        found = deep(lambda: transition.name_of(name))
        self.assertEqual(sanitize.WITHHELD, found)
        self.assertEqual(name, transition.name_of(name))
