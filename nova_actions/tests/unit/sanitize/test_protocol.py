# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import protocol
from nova_actions.tests.unit.sanitize import rule


class Protocols:
    """All of them as one rule."""

    @staticmethod
    def spans(text, index):
        for each in protocol.FAMILIES:
            yield from each.spans(text, index)


class ProtocolTest(rule.RuleTestCase):
    def test_dialogues(self):
        for text in (
            'AUTH PLAIN AGtYOXZRMnJU',
            'a001 LOGIN nova AGtYOXZRMnJU',
            '+OK\nPASS AGtYOXZRMnJU',
            '10.0.0.1:6379> AUTH AGtYOXZRMnJU',
            'requirepass AGtYOXZRMnJU',
        ):
            self.assertEqual(
                ['AGtYOXZRMnJU'], self.found(Protocols, text), text
            )

    def test_mechanisms_and_answers(self):
        for text in (
            'AUTH CRAM-MD5',
            'AUTH SCRAM-SHA-256',
            '250-AUTH PLAIN LOGIN',
            'a001 NO LOGIN failed',
            'NOAUTH Authentication required.',
        ):
            self.assertEqual([], self.found(Protocols, text), text)
