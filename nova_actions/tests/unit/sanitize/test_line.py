# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import line
from nova_actions.sanitize import tables
from nova_actions.tests.unit.sanitize import rule


class Lines:
    """All rows as one rule."""

    @staticmethod
    def spans(text, index):
        for each in line.FAMILIES:
            yield from each.spans(text, index)


class LineTest(rule.RuleTestCase):
    def test_each_row_is_a_family(self):
        rows = tables.rows('lines')
        self.assertEqual(len(rows), len(line.FAMILIES))
        self.assertLessEqual(
            {kind for _guards, _pattern, kind in rows}, set(line._KINDS)
        )

    def test_settings_and_dialogues(self):
        for text in (
            'username admin privilege 15 secret 5 Kx9vQ2rT',
            'ip ospf message-digest-key 1 md5 Kx9vQ2rT',
            'CREATE USER a IDENTIFIED BY Kx9vQ2rT USING b',
            'chap-secrets: ops * Kx9vQ2rT *',
            'wlan security psk set-key ascii 0 Kx9vQ2rT',
            'AUTH CRAM-MD5\n334 PDE4OTY+\nKx9vQ2rT',
        ):
            self.assertIn('Kx9vQ2rT', self.found(Lines, text), text)

    def test_the_same_words_without_a_value(self):
        for text in (
            'enable secret not configured',
            'username admin privilege 15',
            'wlan security psk',
            '334 UGFzc3dvcmQ6',
            'ERROR: role "x" is identified by its name',
        ):
            self.assertEqual([], self.found(Lines, text), text)
