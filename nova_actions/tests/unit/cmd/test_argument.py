# SPDX-License-Identifier: Apache-2.0
import argparse
import datetime

from oslotest import base

from nova_actions.cmd import argument


class ArgumentTest(base.BaseTestCase):
    def test_dates(self):
        self.assertEqual(
            datetime.datetime(2026, 1, 31), argument.date('2026-01-31')
        )
        self.assertEqual(
            datetime.datetime(2026, 1, 31, 11),
            argument.date('2026-01-31T12:00:00+01:00'),
        )
        for wrong in ('yesterday', '0001-01-01T00:00:00+01:00'):
            self.assertRaises(argparse.ArgumentTypeError, argument.date, wrong)

    def test_numbers(self):
        check = argument.number(1, 9)
        self.assertEqual([1, 9], [check('1'), check('9')])
        for wrong in ('0', '10', '1.5', 'x', ''):
            self.assertRaises(argparse.ArgumentTypeError, check, wrong)

    def test_spans(self):
        self.assertEqual(datetime.timedelta(hours=2), argument.span('2h'))
        for wrong in ('', 'soon', '-1h', '1y', '99999999w'):
            error = self.assertRaises(
                argparse.ArgumentTypeError, argument.span, wrong
            )
            self.assertIn(repr(wrong), str(error))

    def test_uuids(self):
        self.assertEqual(
            'a' * 8 + '-aaaa' * 3 + '-' + 'a' * 12,
            argument.uuid('A' * 8 + '-AAAA' * 3 + '-' + 'A' * 12),
        )
        self.assertRaises(argparse.ArgumentTypeError, argument.uuid, 'web')

    def test_texts(self):
        check = argument.text(5)
        self.assertEqual('12345', check('12345'))
        for wrong in ('', ' \t', '123456'):
            self.assertRaises(argparse.ArgumentTypeError, check, wrong)
