# SPDX-License-Identifier: Apache-2.0
from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.reporter import off
from nova_actions.reporter import recorder
from nova_actions.tests.unit.reporter import base


class OffTestCase(base.ReporterTestCase):
    """``[reporter] mode = off``."""

    def setUp(self):
        super().setUp()
        self.folder = self.recording.folder
        self.create()
        reporter.begin(
            off.Off(
                recorder.Settings(
                    folder=f'{self.folder}.off',
                    host='here',
                    mode='off',
                    required_actions=frozenset(['compute_reboot_instance']),
                )
            )
        )

    def test_work_goes_on_and_nothing_is_recorded(self):
        before = len(self.events())
        with reporter.EventReporter(
            self.context, 'compute_reboot_instance', 'here', self.instance_uuid
        ) as step:
            step.fail('whatever it is')
        self.assertTrue(reporter.flush(0))
        self.assertEqual(before, len(self.events()))
        self.assertEqual({}, reporter.stats())

    def test_an_action_has_a_handle_all_the_same(self):
        begun = reporter.begin_action(
            self.context, self.instance_uuid, 'reboot'
        )
        self.assertIsNotNone(begun)

    def test_a_child_records_nothing_either(self):
        current = active.current()
        self.assertIs(current, current.reborn())

    def test_another_recorder_takes_its_place(self):
        reporter.stop()
        self.assertNotIsInstance(active.current(), off.Off)
