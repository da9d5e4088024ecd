# SPDX-License-Identifier: Apache-2.0
"""What is missing skips a test, with its reason; under CI it fails."""

import fixtures as base_fixtures
import testtools
from oslotest import base

from nova_actions.tests import missing


class Inner(missing.Fixture):
    def _setUp(self):
        missing.unavailable('A service', 'not installed')


class Outer(missing.Fixture):
    def _setUp(self):
        self.useFixture(Inner())


class MissingTestCase(base.BaseTestCase):
    def run_with(self, under_ci):
        """Return what becomes of tests whose fixture finds it missing."""
        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.tests.missing.UNDER_CI', under_ci
            )
        )

        class Test(testtools.TestCase):
            def test_inner(self):
                self.useFixture(Inner())

            def test_outer(self):
                self.useFixture(Outer())

        result = testtools.TestResult()
        for name in ('test_inner', 'test_outer'):
            Test(name).run(result)
        return result

    def test_it_skips(self):
        result = self.run_with(under_ci=False)
        self.assertTrue(result.wasSuccessful())
        self.assertEqual(
            {'A service is not available: not installed': 2},
            {
                reason: len(tests)
                for reason, tests in result.skip_reasons.items()
            },
        )

    def test_it_skips_a_class(self):
        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.tests.missing.UNDER_CI', False
            )
        )
        for each in Inner(), Outer():
            self.assertRaises(testtools.TestCase.skipException, each.setUp)

    def test_it_fails_under_ci(self):
        result = self.run_with(under_ci=True)
        self.assertEqual(2, len(result.errors) + len(result.failures))
        self.assertEqual({}, result.skip_reasons)
