# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import sys

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
                (cfg.ConfigFilesNotFoundError(['/no/such']),
                 failure.REFUSED)):
            got, text = self.run_raising(error)
            self.assertEqual(code, got, error)
            self.assertEqual(1, len(text.splitlines()), text)
            self.assertNotIn('Traceback', text)

    def test_a_bug_keeps_its_traceback(self):
        self.assertRaises(KeyError, self.run_raising, KeyError('bug'))

    def test_the_result_is_the_exit_code(self):
        self.assertEqual(3, failure.explained(lambda argv: 3)([]))

    def test_arguments_are_the_command_lines_by_default(self):
        self.assertEqual(sys.argv[1:],
                         failure.explained(lambda argv: argv)())
