# SPDX-License-Identifier: Apache-2.0
"""What stands before a line, and is no part of it."""

from oslotest import base

from nova_actions.sanitize import prefix

LINES = ('password:', '  hunter2', '', 'a: b', '-', '> x')


class PrefixTest(base.BaseTestCase):
    def test_what_loggers_write(self):
        for written in (
            '2026-11-02 10:00:00.123 17 ERROR nova.compute [req-1d2c3b4a] ',
            'Nov  2 10:00:00 host-1 nova-compute[17]: ',
            '2026-11-02T10:00:00.123456789Z stderr F ',
        ):
            for line in LINES:
                whole = written + line
                self.assertEqual(
                    len(written), prefix.length('', whole, '', True), whole
                )

    def test_lines_without_it(self):
        for is_logged in (False, True):
            for line in LINES:
                self.assertEqual(0, prefix.length('', line, '', is_logged))

    def test_what_marks_lines(self):
        for mark in ('> ', '>> ', '> > ', '+'):
            found = prefix.length(
                f'{mark}c: d', f'{mark}a: b', f'{mark}e', False
            )
            self.assertEqual(len(mark), found, mark)

    def test_a_mark_that_the_neighbours_have_not(self):
        self.assertEqual(0, prefix.length('c: d', '+a: b', 'e', False))
