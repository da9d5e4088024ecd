# SPDX-License-Identifier: Apache-2.0
"""Cells for a person and for a program."""

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import column
from nova_actions_client import moment
from nova_actions_client import record
from nova_actions_client import spark
from nova_actions_client.tests.unit import made

TEXTS = (column.Text, column.Status, column.ShortId, column.Step)


class TestColumns(base.BaseTestCase):
    @hypothesis.given(
        strategies.sampled_from(TEXTS), strategies.none() | strategies.text()
    )
    def test_a_program_reads_a_text_as_it_is(self, kind, value):
        cell = kind(value)
        self.assertEqual(value, cell.machine_readable())
        self.assertTrue(cell.human_readable())
        self.assertTrue(cell.human_readable().isprintable())

    def test_short_forms(self):
        for cell, shown in (
            (column.Status(record.RETRIED), 'retried'),
            (column.Status(record.FAILED), 'failed'),
            (column.ShortId('9f3c21ab-0000'), '9f3c21ab'),
            (column.Step('compute_prep_resize'), 'prep_resize'),
            (column.Took(131.0), '2m11s'),
            (column.Trend([0.0, 1.0], spark.ASCII), '.#'),
        ):
            self.assertEqual(shown, cell.human_readable())

    def test_a_rate(self):
        for rate, shown in (
            (None, '-'),
            (0, '0%'),
            (0.001, '<1%'),
            (0.01, '1%'),
            (1, '100%'),
        ):
            self.assertEqual(shown, column.Rate(rate).human_readable())

    def test_a_time(self):
        cell = column.Time(made.BEGIN, '%H:%M')
        self.assertEqual('21:04', cell.human_readable())
        self.assertEqual(made.BEGIN, moment.parse(cell.machine_readable()))
        self.assertEqual(
            ('-', None),
            (
                column.Time(None).human_readable(),
                column.Time(None).machine_readable(),
            ),
        )
