# SPDX-License-Identifier: Apache-2.0
"""Steps of compute services that have no bridge."""

import datetime
import sys
import types
from unittest import mock

import fixtures as base_fixtures
from oslotest import base

from nova_actions.reporter import testing
from nova_actions.tests import fixtures
from nova_actions_bridge import behalf
from nova_actions_bridge import mark

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'
START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


class Nova:
    """Nova's record of one action, and its objects."""

    def __init__(self):
        self.rows = []
        self.has_action = True
        self.was_marked = []
        self.InstanceAction = self.InstanceActionEventList = self

    def get_by_request_id(self, _context, _server, _request_id):
        return types.SimpleNamespace(id=1) if self.has_action else None

    def get_by_action(self, _context, _action_id):
        return list(self.rows)

    def start(self, _context, _server, name, want_result, host):
        self.was_marked.append(mark.is_recorded())
        row = types.SimpleNamespace(
            id=len(self.rows) + 1,
            event=name,
            host=host,
            start_time=START,
            finish_time=None,
        )
        self.rows.append(row)
        return row

    def finish(self, _context, _server, _name, **_values):
        self.was_marked.append(mark.is_recorded())
        return 'finished'


class TestBehalf(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)
        self.context = fixtures.make_context()
        self.nova = Nova()
        self.enterContext(
            mock.patch.dict(
                sys.modules,
                {'nova': types.ModuleType('nova'), 'nova.objects': self.nova},
            )
        )

    def begin(self, name='compute_reboot', **kwargs):
        return behalf.begin(
            self.nova.start, self.context, SERVER, name, host='far', **kwargs
        )

    def end(self, name='compute_reboot', **kwargs):
        return behalf.end(
            self.nova.finish, self.context, SERVER, name, **kwargs
        )

    def results(self):
        return [each.result for each in self.recorded.steps]

    def test_begin_and_end_are_one_step(self):
        row = self.begin()
        self.assertEqual('finished', self.end())

        self.assertIs(self.nova.rows[0], row)
        [step] = self.recorded.steps
        self.assertEqual(
            ('compute_reboot', 'far', 'Success'),
            (step.name, step.host, step.result),
        )
        self.assertEqual([True, True], self.nova.was_marked)

    def test_failure(self):
        self.begin()
        self.end(exc_val='no disk', exc_tb='a traceback')

        [step] = self.recorded.steps
        self.assertEqual(('Error', 'no disk'), (step.result, step.details))

    def test_failure_without_a_message(self):
        self.begin()
        self.end(exc_tb='a traceback')

        [step] = self.recorded.steps
        self.assertEqual(('Error', 'It failed.'), (step.result, step.details))

    def test_newest_open_step_of_the_name_ends(self):
        for name in ('compute_reboot', 'compute_reboot', 'compute_stop'):
            self.begin(name)
        self.end()
        self.assertEqual([None, 'Success', None], self.results())

        self.nova.rows[1].finish_time = START
        self.end()
        self.assertEqual(['Success', 'Success', None], self.results())

    def test_no_open_step(self):
        log = self.useFixture(base_fixtures.FakeLogger())
        self.assertEqual('finished', self.end())
        self.nova.has_action = False
        self.assertEqual('finished', self.end())

        self.assertEqual([], self.recorded.steps)
        self.assertEqual('', log.output)

    def test_no_result_wanted(self):
        self.assertIsNone(self.begin(want_result=False))
        self.assertEqual([None], self.results())

    def test_we_fail(self):
        self.recorded.record = None

        self.assertIs(self.begin(), self.nova.rows[0])
        self.assertEqual('finished', self.end())
