# SPDX-License-Identifier: Apache-2.0
"""What is written down of a transition."""

import datetime

from oslotest import base

from nova_actions import sanitize
from nova_actions.objects import text
from nova_actions.reporter import clock
from nova_actions.reporter import transition


def deep(function):
    """Call a function where there is hardly any stack left."""
    try:
        return deep(function)
    except RecursionError:
        return function()


class AgeTestCase(base.BaseTestCase):
    def test_age(self):
        def ago(seconds):
            return transition.time_of(
                clock.utcnow() - datetime.timedelta(seconds=seconds)
            )

        for expected, times in (
            (60, {'start_time': ago(60.1)}),
            (30, {'start_time': ago(60.1), 'finish_time': ago(30.1)}),
            (0, {'start_time': ago(-60)}),
            (None, {}),
            (None, {'start_time': None}),
            (None, {'start_time': 'soon'}),
            (None, {'start_time': '2026-01-01T00:00:00+00:00'}),
        ):
            self.assertEqual(expected, transition.age(times))


class NameTestCase(base.BaseTestCase):
    def test_want_of_stack_is_not_kept(self):
        # Made, and its rules tried, where there is stack enough.
        text.sanitizer()
        name = 'compute_far_down'
        found = deep(lambda: transition.name_of(name))
        self.assertEqual(sanitize.WITHHELD, found)
        self.assertEqual(name, transition.name_of(name))
