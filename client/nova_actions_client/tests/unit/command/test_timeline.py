# SPDX-License-Identifier: Apache-2.0
"""A timeline, and what it is compared with."""

import argparse

import fixtures
from osc_lib import exceptions
from oslotest import base

from nova_actions_client import drawing
from nova_actions_client import log as log_module
from nova_actions_client import record
from nova_actions_client.command import timeline
from nova_actions_client.tests.unit import made


class Log:
    """Knows one action; its queries are in ``asked``."""

    missing = None

    def __init__(self, action, newest=()):
        self._action = action
        self._newest = newest
        self.asked = []

    def action(self, name, server=None):
        if self._action and name in (self._action.id, self._action.request):
            return self._action
        raise log_module.NotFound(name)

    def of_server(self, server, kind, all_projects):
        self.asked.append((server, all_projects))
        yield from self._newest

    def newest(self, query):
        self.asked.append(query)
        yield from self._newest


class TestFind(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.action = made.action(*made.retried())

    def test_an_action_comes_before_a_server(self):
        log = Log(self.action, [self.action])
        found = timeline.find(log, self.action.id, None, False)
        self.assertEqual((self.action, []), (found, log.asked))

    def test_else_the_newest_of_a_server(self):
        log = Log(self.action, [self.action])
        self.assertEqual(self.action, timeline.find(log, 'web', None, True))
        self.assertEqual([('web', True)], log.asked)

    def test_neither(self):
        self.assertRaises(
            exceptions.CommandError, timeline.find, Log(None), 'x', None, False
        )
        self.assertRaises(
            log_module.NotFound, timeline.find, Log(None), 'x', 'server', False
        )

    def test_the_last_success_of_the_kind(self):
        notes = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_actions_client.output.note', notes.append
            )
        )
        args = argparse.Namespace(against=timeline.LAST_SUCCESS, server=None)
        log = Log(self.action, [self.action])
        self.assertEqual(self.action, timeline._other(log, self.action, args))
        (query,) = log.asked
        self.assertEqual(
            ('resize', list(record.GOOD)), (query['action'], query['status'])
        )
        self.assertIsNone(timeline._other(Log(None), self.action, args))
        self.assertIn('resize', notes[0])


class TestDrawn(base.BaseTestCase):
    def drawn(self, action, other=None, **values):
        out = made.screen(**values)
        for line in timeline.drawn(action, other, 80, drawing.ASCII):
            out.print(line, soft_wrap=True)
        return out.file.getvalue()

    def test_no_colors_but_for_a_terminal(self):
        action = made.action(*made.retried())
        for system, has_some in (('standard', True), (None, False)):
            shown = self.drawn(
                action, color_system=system, force_terminal=True
            )
            self.assertEqual(has_some, '\x1b' in shown)

    def test_markup_is_text(self):
        shown = self.drawn(
            made.action(
                *made.retried(details=made.HOSTILE), server_name=made.HOSTILE
            ),
            color_system=None,
        )
        self.assertIn('[bold]', shown)
        for char in '\x1b\r':
            self.assertNotIn(char, shown)

    def test_why_a_step_failed_stands_below(self):
        shown = self.drawn(made.action(*made.retried()))
        self.assertIn('compute_pre: timeout\n', shown)
        self.assertIn('compute_pre #3: NoValidHost\n', shown)

    def test_without_steps(self):
        for steps, said in (((), 'no steps yet'), (None, 'may not see')):
            self.assertIn(said, self.drawn(made.action(steps=steps)))

    def test_a_comparison_has_one_scale(self):
        long = made.action(made.step('a', 0, 100), made.step('b', 100, 200))
        short = made.action(made.step('a', 0, 10))
        shown = self.drawn(long, short)
        self.assertEqual(2, shown.count('3m20s'))
        self.assertIn('< 10s there', shown)
        self.assertIn('< only here', shown)
        self.assertIn('only there: b', self.drawn(short, long))
