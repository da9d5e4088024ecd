# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import os
import sys
from unittest import mock

from oslo_config import cfg
from oslotest import base

from nova_actions import exception
from nova_actions.cmd import failure


class FailureTestCase(base.BaseTestCase):
    def run_raising(self, error):
        @failure.explained
        def main(argv):
            raise error

        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            code = main([])
        return code, errors.getvalue()

    def test_what_a_person_can_mend_is_one_line(self):
        for error, code in (
            (exception.InstanceNotFound(instance_id='x'), failure.ABSENT),
            (exception.DatabaseUnavailable(), failure.REFUSED),
            (failure.Refusal('the port is taken'), failure.REFUSED),
            (cfg.ConfigFilesNotFoundError(['/no/such']), failure.REFUSED),
            (
                FileNotFoundError(2, 'No such file', '/no/such.log'),
                failure.REFUSED,
            ),
            (KeyboardInterrupt(), failure.INTERRUPTED),
        ):
            got, text = self.run_raising(error)
            self.assertEqual(code, got, error)
            self.assertEqual(1, len(text.splitlines()), text)
            self.assertNotIn('Traceback', text)

    def test_a_bug_keeps_its_traceback(self):
        self.assertRaises(KeyError, self.run_raising, KeyError('bug'))

    def test_the_result_is_the_exit_code(self):
        self.assertEqual(3, failure.explained(lambda argv: 3)([]))

    def test_arguments_are_the_command_lines_by_default(self):
        self.assertEqual(sys.argv[1:], failure.explained(lambda argv: argv)())

    def run_printing(self, text, out):
        """Return the exit code of a command that prints, and what it says
        besides; what is left for the interpreter's end goes well."""

        @failure.explained
        def main(argv):
            print(text)
            return failure.OK

        errors = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            code = main([])
        return code, errors.getvalue()

    def test_who_reads_no_further_has_seen_enough(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, 'w') as out:
            self.assertEqual((failure.OK, ''), self.run_printing('x', out))

    def test_output_that_cannot_be_written(self):
        with open('/dev/full', 'w', encoding='utf-8') as out:
            code, text = self.run_printing('x', out)
        self.assertEqual(failure.REFUSED, code)
        self.assertIn('No space left on device', text)

    def test_streams_that_are_closed(self):
        """As by ">&-", or by what starts a service."""

        @failure.explained
        def main(argv):
            streams = (sys.stdin, sys.stdout, sys.stderr)
            for each in streams:
                self.addCleanup(each.close)
                self.assertFalse(each.isatty())
            print('out')
            print('error', file=sys.stderr)
            return failure.OK

        with mock.patch.multiple(sys, stdin=None, stdout=None, stderr=None):
            self.assertEqual(failure.OK, main([]))

    def test_a_terminal_that_lacks_a_character(self):
        out = io.TextIOWrapper(io.BytesIO(), encoding='ascii')
        self.assertEqual((failure.OK, ''), self.run_printing('h\u00f4te', out))
