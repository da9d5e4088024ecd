# SPDX-License-Identifier: Apache-2.0
"""A failure that passes through several steps."""

import pickle
import uuid
from unittest import mock

import fixtures as fixtures_lib
from oslotest import base

from nova_actions import context as context_module
from nova_actions import reporter
from nova_actions.reporter import event
from nova_actions.reporter import nesting
from nova_actions.reporter import testing
from nova_actions.tests import fixtures

ONE, OTHER = str(uuid.uuid4()), str(uuid.uuid4())


class NestingTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.Conf())
        self.recorded = self.enterContext(testing.Recorded())
        self.context = self.request()

    def request(self):
        return context_module.RequestContext(user_id='u', project_id='p')

    def step(self, name, *servers, context=None):
        return reporter.EventReporter(
            context or self.context, name, 'here', *(servers or (ONE,))
        )

    def fail(self, error, *steps):
        """Have steps fail, each in the one before."""
        if not steps:
            raise error
        with steps[0]:
            self.fail(error, *steps[1:])

    def tracebacks(self):
        return [step.traceback for step in self.recorded.steps]

    def failed(self, *steps, error=None):
        error = error or ValueError('no room')
        self.assertRaises(type(error), self.fail, error, *steps)
        self.assertEqual(
            {'no room'}, {step.details for step in self.recorded.steps}
        )
        return self.tracebacks()

    def test_three_steps(self):
        texts = self.failed(self.step('a'), self.step('b'), self.step('c'))
        inner = self.recorded.steps[2]
        self.assertIn('in fail', inner.traceback)
        for text in texts[:2]:
            self.assertEqual(
                f'The traceback is with the step c, {inner.uuid}.', text
            )

    def test_an_action_around_it(self):
        texts = self.failed(
            reporter.ActionReporter(self.context, ONE, 'reboot'),
            self.step('a'),
        )
        self.assertIn('the step a', texts[0])
        self.assertIn('in fail', texts[1])

    def test_what_another_step_has_is_not_referred_to(self):
        for steps in (
            # Of another server.
            (self.step('a', OTHER), self.step('b')),
            # Of another request.
            (self.step('a', context=self.request()), self.step('b')),
        ):
            for text in self.failed(*steps):
                self.assertIn('in fail', text)

    def test_some_servers_of_several(self):
        self.failed(self.step('a', ONE, OTHER), self.step('b'))
        self.assertEqual(
            [False, True, True],
            ['in fail' in text for text in self.tracebacks()],
        )

    def test_the_same_exception_once_more(self):
        error = ValueError('no room')
        for _attempt in range(2):
            self.failed(self.step('a'), error=error)
        for text in self.tracebacks():
            self.assertIn('in fail', text)

    def test_another_exception(self):
        def work():
            with self.step('a'):
                try:
                    with self.step('b'):
                        raise ValueError('no room')
                except ValueError as error:
                    raise KeyError('no host') from error

        self.assertRaises(KeyError, work)
        self.assertIn('in work', self.tracebacks()[0])

    def test_what_is_not_stored_is_not_referred_to(self):
        error = ValueError('no room')
        with testing.Recorded(fails=True):
            self.assertRaises(ValueError, self.fail, error, self.step('b'))
        self.failed(self.step('a'), error=error)
        self.assertIn('in fail', self.tracebacks()[0])

    def reveal(self, error, *arguments):
        """Have an error leave steps that have these arguments, the innermost
        last, and return what is recorded of each."""

        def work(rest):
            if not rest:
                raise error
            with reporter.EventReporter(
                self.context, 'a', 'here', ONE, arguments=rest[0]
            ):
                work(rest[1:])

        self.assertRaises(type(error), work, arguments)
        return self.recorded.steps

    def test_a_secret_of_the_inner_step(self):
        for step in self.reveal(
            ValueError('it was Quoovaix7'), {}, {'password': 'Quoovaix7'}
        ):
            self.assertNotIn('Quoovaix7', step.details)
            self.assertIn('it was', step.details)

    def test_a_secret_of_the_cause(self):
        first = ValueError('it was Quoovaix7')
        self.reveal(first, {'password': 'Quoovaix7'})
        second = OSError('no')
        second.__cause__ = first
        step = self.reveal(second, {})[-1]
        self.assertIn('Caused by', step.details)
        self.assertNotIn('Quoovaix7', step.details)

    def test_secrets_that_cannot_be_read(self):
        class Unreadable(dict):
            def items(self):
                raise OSError

        event._say_unreadable.cache_clear()
        log = self.useFixture(fixtures_lib.FakeLogger())
        error = ValueError('it was Quoovaix7')
        for _ in range(3):
            steps = self.reveal(error, {}, Unreadable(password='Quoovaix7'))
        for step in steps:
            self.assertEqual(
                ('Error', None, None, 'ValueError'),
                (step.result, step.details, step.traceback, step.error_type),
            )
        self.assertEqual(1, log.output.count('are withheld'))
        self.assertEqual({}, self.recorded.stats())

    def test_no_secret_travels_with_the_exception(self):
        error = ValueError('no room')
        self.reveal(error, {'password': 'Quoovaix7'})
        self.assertNotIn('Quoovaix7', repr(vars(error)))
        self.assertNotIn(b'Quoovaix7', pickle.dumps(error))
        self.assertNotIn(b'nova_actions.', pickle.dumps(error))
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual('no room', self.reveal(again, {})[-1].details)

    def test_secrets_of_one_that_is_raised_for_ever(self):
        error = ValueError('no room')
        with mock.patch.object(nesting, '_MOST', 5):
            for number in range(20):
                self.reveal(error, {'password': f'Quoovaix{number}'})
            self.assertEqual(5, len(nesting.secrets(error, lambda: ())))

    def test_many_secrets(self):
        many = [f'Quoovaix{number}' for number in range(5000)]
        outer, inner = self.reveal(
            ValueError(f'it was {many[7]}'), {}, {'password': many}
        )
        self.assertIsNone(outer.details)
        self.assertIn('it was', inner.details)
        self.assertNotIn('Quoovaix', inner.details)
