# SPDX-License-Identifier: Apache-2.0
"""What a caller does wrong: it is said at once, and the work goes on."""

import logging
import uuid

import fixtures as base_fixtures
import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions import context as context_module
from nova_actions import reporter
from nova_actions.objects import base as objects_base
from nova_actions.reporter import active
from nova_actions.reporter import direct
from nova_actions.reporter import off
from nova_actions.reporter import recorder
from nova_actions.reporter import testing
from nova_actions.tests import fixtures

SERVER = str(uuid.uuid4())


def context():
    return context_module.RequestContext(user_id='u', project_id='p')


class MisuseTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.Conf())
        self.log = self.useFixture(
            base_fixtures.FakeLogger(
                'nova_actions',
                level=logging.WARNING,
                format='%(levelname)s %(message)s',
            )
        )
        self.seen = 0
        self.recorded = self.enterContext(testing.Recorded())

    def said(self):
        lines = self.log.output.splitlines()[self.seen :]
        self.seen += len(lines)
        for line in lines:
            self.assertTrue(line.startswith('WARNING '), line)
        return lines

    def test_nothing_is_wrong(self):
        with reporter.ActionReporter(context(), SERVER, 'reboot', 'here'):
            pass
        self.assertEqual([], self.said())

    def test_each_is_said_once_and_the_work_is_done(self):
        for arguments, word in (
            ((None, 'reboot', 'here', SERVER), 'NoneType'),
            (({}, 'reboot', 'here', SERVER), 'dict'),
            ((context(), '', 'here', SERVER), 'empty'),
            ((context(), ' ', 'here', SERVER), 'empty'),
            ((context(), None, 'here', SERVER), 'no text'),
            ((context(), 'x' * 400, 'here', SERVER), '400 characters'),
            ((context(), 'reboot', 'here'), 'no server'),
            ((context(), 'reboot', 'here', [SERVER]), 'type list'),
            ((context(), 'reboot', 'here', 'web-1'), 'no UUID'),
            ((context(), 'reboot', 'here', None), 'NoneType'),
        ):
            done = False
            with reporter.EventReporter(*arguments):
                done = True
            self.assertTrue(done)
            [line] = self.said()
            self.assertIn(word, line)

    def test_an_action_says_it_once(self):
        with reporter.ActionReporter(None, SERVER, 'reboot'):
            pass
        self.assertEqual(1, len(self.said()))

    @hypothesis.given(
        *[
            strategies.one_of(
                strategies.none(),
                strategies.text(),
                strategies.integers(),
                strategies.dictionaries(strategies.text(), strategies.text()),
                strategies.binary(),
            )
        ]
        * 4
    )
    def test_whatever_is_handed_over_the_work_is_done(
        self, given, name, host, server
    ):
        self.assertRaises(
            ZeroDivisionError, self._work, given, name, host, server
        )

    def _work(self, *arguments):
        with reporter.EventReporter(*arguments):
            raise ZeroDivisionError

    def test_a_decorator_without_its_parentheses(self):
        class Manager:
            @reporter.wrap_instance_event
            def reboot(self, context, instance):
                return instance

        [line] = self.said()
        self.assertIn('Manager.reboot', line)
        self.assertEqual(SERVER, Manager().reboot(context(), SERVER))


class WithoutSetupTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(
            base_fixtures.FakeLogger('nova_actions', level=logging.INFO)
        )
        self.addCleanup(active.replace, active.replace(direct.Direct()))

    def work(self):
        with reporter.EventReporter(context(), 'reboot', 'here', SERVER):
            pass

    def test_the_log_says_what_to_call(self):
        self.assertTrue(reporter.flush(0))
        self.work()
        self.assertIn(
            'call nova_actions.reporter.setup(conf)', self.log.output
        )
        self.assertFalse(reporter.flush(0))
        # Nothing since.
        self.assertTrue(reporter.flush(0))

    def test_off(self):
        conf = self.useFixture(
            fixtures.Conf(
                reporter__mode='off', reporter__required_actions=['reboot']
            )
        ).conf
        self.addCleanup(reporter.stop)
        self.addCleanup(objects_base.set_remote, None)
        reporter.setup(conf)
        self.work()
        self.assertIsInstance(active.current(), off.Off)
        self.assertTrue(reporter.flush(0))
        self.assertEqual({}, reporter.stats())
        self.assertIn('mode is off', self.log.output)
        self.assertNotIn('not recorded', self.log.output)

    def test_a_spool_that_cannot_be_had(self):
        reporter.begin(
            recorder.Recorder(
                recorder.Settings(folder='/proc/none', host='here')
            )
        )
        self.addCleanup(reporter.stop)
        self.work()
        self.assertFalse(reporter.flush(0))


class FolderTestCase(base.BaseTestCase):
    def test_nothing_can_be_written(self):
        """Where the kernel lets not even root make a file."""
        log = self.useFixture(
            base_fixtures.FakeLogger(
                'nova_actions.reporter', level=logging.ERROR
            )
        )
        self.addCleanup(reporter.stop)
        reporter.begin(
            recorder.Recorder(
                recorder.Settings(folder='/proc/spool', host='here')
            )
        )
        self.assertIn('[DEFAULT] state_path', log.output)
        self.assertIn('/proc', log.output)
        self.assertNotIn('Traceback', log.output)
