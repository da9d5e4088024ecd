# SPDX-License-Identifier: Apache-2.0
"""A failure that passes through several steps."""

import uuid

from oslotest import base

from nova_actions import context as context_module
from nova_actions import reporter
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
