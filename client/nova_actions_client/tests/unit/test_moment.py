# SPDX-License-Identifier: Apache-2.0
"""Times as they are asked for and printed."""

import argparse
import datetime
import re

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import moment

TIMES = strategies.datetimes(timezones=strategies.just(datetime.UTC))


class TestMoment(base.BaseTestCase):
    @hypothesis.given(TIMES)
    def test_a_time_reads_back(self, value):
        self.assertEqual(value, moment.parse(moment.iso(value)))
        self.assertEqual(moment.iso(value), moment.asked(moment.iso(value)))

    def test_relative_times_are_the_services_to_resolve(self):
        for value in ('30m', '2h', '7d'):
            self.assertEqual(value, moment.asked(value))

    def test_no_zone_is_utc_and_a_zone_counts(self):
        self.assertEqual('2026-11-26T00:00:00Z', moment.asked('2026-11-26'))
        self.assertEqual(
            '2026-11-25T22:00:00Z', moment.asked('2026-11-26T00:00+02:00')
        )

    def test_nonsense(self):
        for value in ('', 'yesterday', '-2h', '2 h', '9' * 20 + 'h'):
            self.assertRaises(argparse.ArgumentTypeError, moment.asked, value)
            self.assertRaises(argparse.ArgumentTypeError, moment.span, value)
            self.assertRaises(argparse.ArgumentTypeError, moment.length, value)
        for value in ('nan', 'inf', '-1', '1e99'):
            self.assertRaises(argparse.ArgumentTypeError, moment.length, value)

    def test_a_year_that_utc_does_not_have(self):
        for value in (
            '9999-12-31T23:59:59-12:00',
            '0001-01-01T00:00:00+12:00',
        ):
            self.assertRaises(argparse.ArgumentTypeError, moment.asked, value)

    def test_lengths(self):
        self.assertEqual(
            [90.0, 1.5, 5400.0, 172800.0],
            [moment.length(value) for value in ('90', '1.5', '90m', '2d')],
        )

    def test_fractions_of_a_second(self):
        """None becomes another length, or no filter."""
        self.assertEqual(
            ['0.5', '1.5', '0.000001', '90', '90s'],
            [
                moment.span(value)
                for value in ('0.5', '1.5', '1e-6', '90', '90s')
            ],
        )

    @hypothesis.given(strategies.floats(0, 1e8))
    def test_took_is_short_and_near(self, seconds):
        shown = moment.took(seconds)
        self.assertLessEqual(len(shown), 8)
        units = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}
        parts = re.findall('([0-9.]+)([dhms])', shown)
        self.assertEqual(shown, ''.join(a + b for a, b in parts))
        value = sum(float(number) * units[unit] for number, unit in parts)
        self.assertLessEqual(abs(value - seconds), max(0.0005, 0.06 * seconds))
