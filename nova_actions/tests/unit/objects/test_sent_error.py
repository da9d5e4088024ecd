# SPDX-License-Identifier: Apache-2.0
"""What Nova's callers send by position becomes readable."""

from oslotest import base

from nova_actions.objects import sent_error


class TestSentError(base.BaseTestCase):
    def test_exception_of_novas(self) -> None:
        sent = (
            "{'kwargs': {'reason': 'disk', 'code': 400}, 'message': "
            "'Failed: disk', 'class': 'InstanceRebootFailure'}"
        )
        self.assertEqual('Failed: disk', sent_error.of_exception(sent))

    def test_anything_else_stays(self) -> None:
        for sent in (
            None,
            '',
            'text',
            "ValueError('x')",
            "{'a': 1}",
            '{',
            '{' * 8000,
            '{[]: 1}',
            "{'message': 'x'}",
            "{'kwargs': {}, 'class': 'X', 'message': 1}",
        ):
            self.assertEqual(sent, sent_error.of_exception(sent))

    def test_traceback(self) -> None:
        self.assertEqual(
            sent_error.NO_TEXT,
            sent_error.of_traceback('<traceback object at 0x7fecd37bbcc0>'),
        )
        for sent in (None, '', '  File "x", line 1, in y\n'):
            self.assertEqual(sent, sent_error.of_traceback(sent))
