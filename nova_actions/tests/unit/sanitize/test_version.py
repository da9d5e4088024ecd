# SPDX-License-Identifier: Apache-2.0
import pathlib
from unittest import mock

import fixtures
from oslotest import base

from nova_actions import sanitize
from nova_actions.sanitize import version


class VersionTest(base.BaseTestCase):
    def test_it_is_short_and_stays(self):
        self.assertRegex(sanitize.RULES, '^[0-9a-f]{12}$')
        self.assertEqual(sanitize.RULES, sanitize.Sanitizer().rules)
        self.assertEqual(
            sanitize.RULES, sanitize.Sanitizer(secrets=['hunter22']).rules
        )

    def test_patterns_change_it(self):
        found = {
            sanitize.Sanitizer(extra_patterns=patterns).rules
            for patterns in (
                (),
                ['A[0-9]{4}'],
                ['B[0-9]{4}'],
                ['A[0-9]{4}', 'B[0-9]{4}'],
                ['B[0-9]{4}', 'A[0-9]{4}'],
            )
        }
        self.assertEqual(4, len(found))

    def test_a_table_or_a_rule_changes_it(self):
        for suffix in ('.py', '.txt'):
            folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
            with mock.patch.object(version, '_FOLDER', folder):
                before = self._fresh()
                (folder / f'one{suffix}').write_text('a')
                between = self._fresh()
                (folder / f'one{suffix}').write_text('b')
                self.assertEqual(3, len({before, between, self._fresh()}))

    def _fresh(self):
        version._built_in.cache_clear()
        self.addCleanup(version._built_in.cache_clear)
        return version.of()

    def test_nothing_else_has_a_name(self):
        self.assertRaises(AttributeError, getattr, sanitize, 'NO_RULES')


class NamesTest(base.BaseTestCase):
    def test_they_are_remembered(self):
        sanitizer = sanitize.Sanitizer()
        with mock.patch.object(
            sanitizer, '_texts', autospec=True, side_effect=sanitizer._texts
        ) as made:
            for _ in range(3):
                self.assertEqual('reboot', sanitizer.name('reboot'))
            self.assertEqual(1, made.call_count)

    def test_by_each_sanitizer_for_itself(self):
        self.assertEqual('ACME-12345', sanitize.Sanitizer().name('ACME-12345'))
        strict = sanitize.Sanitizer(extra_patterns=['ACME-[0-9]{4,8}'])
        self.assertEqual('[REDACTED:FX]', strict.name('ACME-12345'))

    def test_what_was_withheld_is_tried_again(self):
        sanitizer = sanitize.Sanitizer()
        with mock.patch.object(
            sanitize._rules.Rules,
            'mask',
            autospec=True,
            side_effect=RecursionError,
        ):
            self.assertEqual(sanitize.WITHHELD, sanitizer.name('reboot'))
        self.assertEqual('reboot', sanitizer.name('reboot'))
