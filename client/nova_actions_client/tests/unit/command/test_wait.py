# SPDX-License-Identifier: Apache-2.0
"""Waiting, and what it ends with."""

from oslotest import base

from nova_actions_client import http
from nova_actions_client import record
from nova_actions_client.command import wait
from nova_actions_client.tests.unit import made


class TestWait(base.BaseTestCase):
    def outcome(self, *answers, timeout=None):
        """Return what waiting ends with when it is told this."""
        answers = iter(answers)

        def ask():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer and made.action(status=answer)

        return wait.await_end(ask, timeout, pause=lambda seconds: None)

    def test_every_end(self):
        for status in (
            record.SUCCEEDED,
            record.RETRIED,
            record.FAILED,
            record.INTERRUPTED,
        ):
            self.assertEqual(status, self.outcome(status))
            self.assertEqual(
                status,
                self.outcome(None, record.RUNNING, record.RUNNING, status),
            )

    def test_a_service_that_comes_back(self):
        down = http.Unreachable('HTTP 503')
        self.assertEqual(
            record.FAILED,
            self.outcome(
                *[down] * (wait.TRIES - 1), record.RUNNING, down, record.FAILED
            ),
        )

    def test_a_service_that_stays_away(self):
        self.assertRaises(
            http.Unreachable,
            self.outcome,
            *[http.Unreachable('HTTP 503')] * wait.TRIES,
        )

    def test_timeout(self):
        self.assertIsNone(self.outcome(record.RUNNING, timeout=0))
