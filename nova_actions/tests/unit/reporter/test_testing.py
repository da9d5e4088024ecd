# SPDX-License-Identifier: Apache-2.0
"""What a test sees of what its code reports."""

from oslotest import base

from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.reporter import testing
from nova_actions.tests import fixtures

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class TestRecorded(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.context = fixtures.make_context()

    def step(self, name='step'):
        return reporter.EventReporter(self.context, name, 'here', SERVER)

    def test_order_is_that_of_the_beginnings(self):
        with testing.Recorded() as recorded:
            reporter.begin_action(self.context, SERVER, 'reboot')
            with self.step('outer'), self.step('inner'):
                outer, _inner = recorded.steps
                self.assertIsNone(outer.result)
        self.assertEqual(['reboot'], recorded.actions)
        self.assertEqual(
            [('outer', 'Success'), ('inner', 'Success')],
            [(each.name, each.result) for each in recorded.steps],
        )

    def test_failure(self):
        def work():
            with self.step():
                raise ValueError('no room')

        with testing.Recorded() as recorded:
            self.assertRaises(ValueError, work)
        [step] = recorded.steps
        self.assertEqual(
            ('Error', 'no room', 'ValueError'),
            (step.result, step.details, step.error_type),
        )

    def test_ends_with_its_block(self):
        before = active.current()
        with (
            testing.Recorded() as outer,
            testing.Recorded() as inner,
            self.step(),
        ):
            pass
        self.assertIs(before, active.current())
        self.assertEqual((0, 1), (len(outer.steps), len(inner.steps)))

    def test_nothing_can_be_stored(self):
        with testing.Recorded(fails=True) as recorded:
            with self.step():
                pass
            self.assertEqual({'lost_spool': 2}, reporter.stats())
        self.assertEqual([], recorded.steps)
