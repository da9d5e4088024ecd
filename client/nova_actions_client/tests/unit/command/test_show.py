# SPDX-License-Identifier: Apache-2.0
"""An action for a program."""

from oslotest import base

from nova_actions_client import moment
from nova_actions_client.command import show
from nova_actions_client.tests.unit import made


class TestFields(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.fields = show.fields(
            made.action(*made.retried(), server_name=made.HOSTILE)
        )

    def test_steps_are_objects(self):
        steps = self.fields['events'].machine_readable()
        self.assertEqual([1, 1, 2, 3], [each['attempt'] for each in steps])
        self.assertEqual(made.at(131), moment.parse(steps[-1]['finished_at']))
        self.assertEqual('NoValidHost', steps[-1]['reason'])

    def test_steps_are_lines_for_a_person(self):
        lines = self.fields['events'].human_readable().splitlines()
        self.assertEqual('compute_pre #3: failed', lines[-1])

    def test_a_text_is_as_it_is(self):
        self.assertEqual(
            made.HOSTILE, self.fields['server_name'].machine_readable()
        )
