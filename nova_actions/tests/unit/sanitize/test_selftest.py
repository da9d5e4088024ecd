# SPDX-License-Identifier: Apache-2.0
"""What happens where the rules do not work."""

import dataclasses
from unittest import mock

import fixtures
from oslotest import base

from nova_actions import sanitize
from nova_actions.objects import text
from nova_actions.sanitize import command
from nova_actions.sanitize import family
from nova_actions.sanitize import keys
from nova_actions.sanitize import pem
from nova_actions.sanitize import rules
from nova_actions.sanitize import selftest
from nova_actions.sanitize import sql
from nova_actions.sanitize import view
from nova_actions.sanitize import withholding
from nova_actions.sanitize import xml


def without(label):
    """Return the rules; the families of one label find nothing."""
    return {
        name: family.Group(
            dataclasses.replace(each, regex='(?!)(?P<v>)')
            if getattr(each, 'label', '') == label
            else each
            for each in getattr(rules, name).rules
        )
        for name in ('_FIRST', '_LAST')
    }


class Broken(fixtures.Fixture):
    """An interpreter on which names of secrets are not found."""

    def _setUp(self):
        self.useFixture(
            fixtures.MockPatchObject(keys, 'spans', lambda *_: ([], []))
        )
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.objects.text._sanitizer', None)
        )
        withholding._instead.cache_clear()
        self.addCleanup(withholding._instead.cache_clear)


class SelfTestTest(base.BaseTestCase):
    def test_the_rules_work_here(self):
        sanitize.Sanitizer().check()

    def test_what_lets_everything_pass_is_seen(self):
        error = self.assertRaises(sanitize.Broken, selftest.check, str)
        self.assertNotIn('\n', str(error))

    def test_what_masks_everything_is_seen(self):
        self.assertRaises(
            sanitize.Broken, selftest.check, dict(selftest.SECRETS).get
        )

    def test_a_family_that_finds_nothing_is_seen(self):
        for label in ('F2', 'F4', 'F8', 'F9'):
            with (
                self.subTest(label),
                mock.patch.multiple(rules, **without(label)),
            ):
                self.assertRaises(sanitize.Broken, sanitize.Sanitizer().check)

    def test_a_rule_that_finds_nothing_is_seen(self):
        for module, nothing in (
            (keys, ([], [])),
            (pem, []),
            (sql, []),
            (command, []),
            (xml, []),
            (view, None),
        ):
            name = 'of' if module is view else 'spans'
            with (
                self.subTest(module.__name__),
                mock.patch.object(
                    module, name, lambda *_, nothing=nothing: nothing
                ),
            ):
                self.assertRaises(sanitize.Broken, sanitize.Sanitizer().check)


class StackTest(base.BaseTestCase):
    """A first use with hardly any stack left."""

    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.objects.text._sanitizer', None)
        )

    def test_too_little_says_nothing_about_the_rules(self):
        for error in (RecursionError, MemoryError):
            self.assertRaises(
                error, selftest.check, mock.Mock(side_effect=error, spec=())
            )

    def test_an_error_of_a_rule_does(self):
        self.assertRaises(
            sanitize.Broken,
            selftest.check,
            mock.Mock(side_effect=IndexError, spec=()),
        )

    def test_it_is_tried_again(self):
        for error in (RecursionError, MemoryError):
            with mock.patch.object(
                keys, 'spans', autospec=True, side_effect=error
            ):
                made = withholding.for_host()
                self.assertEqual(
                    sanitize.WITHHELD, made.text('password=Kx9vQ2rT', 99).text
                )
                self.assertIsNone(made.error('ValueError: a', None).details)
            self.assertEqual(
                'password=[REDACTED:F1]',
                made.text('password=Kx9vQ2rT', 99).text,
            )
            self.assertEqual('a', made.error('a', None).details)
            self.assertEqual('a', made.again('a', None, None).details)
            self.assertEqual(sanitize.RULES, made.rules)
            self.assertEqual('reboot', made.name('reboot'))

    def test_what_is_broken_then_stays_withheld(self):
        with mock.patch.object(
            keys, 'spans', autospec=True, side_effect=RecursionError
        ):
            made = withholding.for_host()
        self.useFixture(Broken())
        log = self.useFixture(fixtures.FakeLogger())
        for _ in range(2):
            self.assertEqual(
                sanitize.WITHHELD, made.text('password=Kx9vQ2rT', 99).text
            )
        self.assertEqual(1, log.output.count('are not recorded'))

    def test_the_first_use_far_down(self):
        def deep():
            try:
                return deep()
            except RecursionError:
                return text.sanitizer().error('a', None).details

        self.assertIn(deep(), (None, sanitize.WITHHELD, 'a'))
        self.assertEqual('a', text.sanitizer().error('a', None).details)


class HostTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())

    def test_nothing_is_said_where_they_work(self):
        self.assertIs(sanitize.Sanitizer, type(withholding.for_host()))
        self.assertEqual('', self.log.output)

    def test_no_text_of_an_error_is_kept(self):
        self.useFixture(Broken())
        sanitizer = text.sanitizer()
        try:
            raise TimeoutError("{'password': 'Kx9vQ2rT'}")
        except TimeoutError as error:
            safe = sanitizer.error(error, error.__traceback__)
        self.assertEqual(
            sanitize.ErrorText('TimeoutError', None, None, 'timeout'), safe
        )
        safe = sanitizer.error(
            'Kx9vQ2rT: no valid host', 'Kx9vQ2rT', error_type='Kx9vQ2rT'
        )
        self.assertEqual(
            sanitize.ErrorText(None, None, None, 'no_valid_host'), safe
        )
        self.assertEqual(
            sanitize.WITHHELD, sanitizer.text('password=Kx9vQ2rT', 99).text
        )
        self.assertEqual('compute_reboot', sanitizer.name('compute_reboot'))

    def test_it_is_said_once(self):
        self.useFixture(Broken())
        for _ in range(2):
            text.setup(withholding.for_host())
            text.sanitizer()
        self.assertEqual(1, self.log.output.count('are not recorded'))
