# SPDX-License-Identifier: Apache-2.0
"""A process without a recorder of its own sends each report at once."""

import fixtures
from oslotest import base

from nova_actions.reporter import direct
from nova_actions.reporter import loss


class Line:
    """A connection that answers, or fails."""

    def __init__(self, *answers):
        self.answers = answers
        self.sent = []

    def send(self, transitions):
        self.sent += transitions
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        return self.answers


def applied():
    return {'verdict': 'applied', 'error': None}


def refused():
    return {'verdict': 'refused', 'error': 'Forbidden'}


class TestDirect(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())

    def record(self, *answers):
        self.recorder = direct.Direct()
        self.recorder._line = Line(*answers)
        made = [
            {'kind': 'start', 'name': f'step-{number}'}
            for number in range(len(answers))
        ]
        done = self.recorder.record(made)
        self.assertEqual(made, self.recorder._line.sent)
        return done, self.recorder.stats()

    def test_applied(self):
        self.assertEqual((True, {}), self.record(applied(), applied()))

    def test_each_refused_one_is_a_loss(self):
        done, stats = self.record(applied(), refused(), refused())
        self.assertEqual((False, {f'lost_{loss.REFUSED}': 2}), (done, stats))

    def test_error_loses_all_and_is_not_raised(self):
        done, stats = self.record(ValueError('x'), None)
        self.assertEqual((False, {f'lost_{loss.DIRECT}': 2}), (done, stats))

    def test_forked_child_counts_from_zero(self):
        self.record(refused())
        self.assertEqual({}, self.recorder.reborn().stats())
