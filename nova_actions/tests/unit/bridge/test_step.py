# SPDX-License-Identifier: Apache-2.0
"""Steps of a reporter like Nova's, and notifications about them."""

from oslotest import base

from nova_actions.reporter import testing
from nova_actions.tests import fixtures
from nova_actions_bridge import mark
from nova_actions_bridge import notice
from nova_actions_bridge import step

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class EventReporter:
    """As Nova's, but for what it records; that may fail."""

    error = None

    def __init__(self, name='compute_work'):
        self.context = fixtures.make_context()
        self.event_name = name
        self.host = 'here'
        self.instance_uuids = (SERVER,)

    def __enter__(self):
        if self.error:
            raise self.error
        self.was_marked = mark.is_recorded()
        return self

    def __exit__(self, *_error):
        return False

    __enter__ = step.entered(__enter__)
    __exit__ = step.exited(__exit__)


class Failing(EventReporter):
    error = ValueError('no database')


def create_error():
    return {
        'event_type': 'compute.instance.create.error',
        'publisher_id': 'compute.here',
        'payload': {'instance_id': SERVER, 'exception': 'no disk'},
    }


class TestStep(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)

    def results(self):
        return [
            (each.name, each.result, each.details)
            for each in self.recorded.steps
        ]

    def test_it_succeeds(self):
        with EventReporter() as nova:
            pass

        self.assertEqual([('compute_work', 'Success', None)], self.results())
        self.assertTrue(nova.was_marked)
        self.assertIsNone(step.innermost(SERVER))

    def test_it_fails(self):
        def work():
            with EventReporter():
                raise ValueError('no room')

        self.assertRaises(ValueError, work)
        self.assertEqual(
            [('compute_work', 'Error', 'no room')], self.results()
        )

    def test_what_is_recorded_is_left_out(self):
        with mark.recorded(), EventReporter():
            pass

        self.assertEqual([], self.results())

    def test_a_start_that_nova_cannot_record(self):
        """Then it does not do the work."""
        self.assertRaises(ValueError, Failing().__enter__)
        self.assertEqual(
            [('compute_work', 'Error', 'no database')], self.results()
        )

    def test_a_failure_that_nova_handles(self):
        with EventReporter():
            try:
                raise ValueError('no disk')
            except ValueError:
                notice.hear({}, create_error())

        self.assertEqual(
            [('compute_work', 'Error', 'no disk')], self.results()
        )
        self.assertEqual('ValueError', self.recorded.steps[0].error_type)
        self.assertIn('test_step.py', self.recorded.steps[0].traceback)

    def test_a_failure_that_is_only_told(self):
        with EventReporter():
            notice.hear({}, create_error())

        self.assertEqual(
            [('compute_work', 'Error', 'no disk')], self.results()
        )

    def test_a_failure_of_no_step(self):
        notice.hear({}, create_error())

        self.assertEqual([], self.results())

    def test_copies_for_another_cell(self):
        """A conductor records a compute's step once more there."""
        with EventReporter('conductor_confirm'), EventReporter():
            pass

        self.assertEqual(
            [('conductor_confirm', 'Success', None)], self.results()
        )
