# SPDX-License-Identifier: Apache-2.0

import sys
import traceback

from oslotest import base

from nova_actions import sanitize


class NoValidHost(Exception):
    def format_message(self):
        return 'No valid host, password is hunter2hunter2'


def _raise(depth, exc):
    if depth:
        _raise(depth - 1, exc)
    raise exc


def _caught(exc, depth=0):
    try:
        _raise(depth, exc)
    except Exception:  # noqa: BLE001
        return sys.exc_info()[1:]


class ErrorTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.sanitizer = sanitize.Sanitizer()

    def test_exception(self):
        exc = NoValidHost()
        exc.__cause__ = ValueError('token=abcdef123456')
        exc.__cause__.__cause__ = exc
        error = self.sanitizer.error(*_caught(exc))
        self.assertEqual(f'{__name__}.NoValidHost', error.error_type)
        self.assertEqual(
            'No valid host, password is [REDACTED:F1]\n'
            'Caused by ValueError: token=[REDACTED:F1]',
            error.details,
        )
        self.assertEqual('no_valid_host', error.reason)
        self.assertIn('in _raise\n    raise exc', error.traceback)
        self.assertEqual(2, error.redactions)

    def test_what_is_found_once_is_masked_everywhere(self):
        for value in ('qWzx81Ptk', 'a#b$c%d!', 'qwzxptk', '7!kk=Zz[x'):
            error = self.sanitizer.error(
                f'ValueError: {value}',
                [
                    '  File "/x.py", line 4, in login\n',
                    f'    connect(host, password={value!r})\n',
                ],
            )
            self.assertEqual('ValueError: [REDACTED:F0]', error.details)
            self.assertIn("password='[REDACTED:F1]')", error.traceback)
            self.assertEqual(2, error.redactions)

    def test_words_that_are_found_stay_in_prose(self):
        error = self.sanitizer.error(
            "rescue failed, {'password': 'rescue', 'token': '12345678'}",
            'line 12345678, rescue of server\n',
        )
        self.assertEqual('line 12345678, rescue of server\n', error.traceback)
        self.assertTrue(error.details.startswith('rescue failed, '))

    def test_source_lines_off(self):
        exc, tb = _caught(ValueError('x'))
        text = ''.join(traceback.format_tb(tb))
        for form in (tb, text, text.splitlines()):
            error = sanitize.Sanitizer(source_lines=False).error(exc, form)
            self.assertNotIn('raise exc', error.traceback)
            self.assertIn('in _raise', error.traceback)

    def test_many_frames(self):
        error = self.sanitizer.error(*_caught(ValueError('x'), 300))
        self.assertIn('(202 frames left out)', error.traceback)
        self.assertLess(error.traceback.count('File "'), 101)

    def test_text_of_a_nova_client(self):
        error = self.sanitizer.error('VolumeNotFound', ['a', 'b'])
        self.assertEqual(
            ('VolumeNotFound', 'VolumeNotFound', 'a\nb', 'volume'),
            (error.error_type, error.details, error.traceback, error.reason),
        )
        self.assertIsNone(self.sanitizer.error('it broke', None).error_type)

    def test_nothing_failed(self):
        self.assertEqual(
            sanitize.ErrorText(
                None, None, None, None, rules=self.sanitizer.rules
            ),
            self.sanitizer.error(None, None),
        )

    def test_hostile(self):
        class Hostile(Exception):
            def __str__(self):
                raise RuntimeError

            def format_message(self):
                raise RuntimeError

        error = self.sanitizer.error(Hostile(), object())
        self.assertEqual('<unprintable Hostile>', error.details)
        self.assertEqual('internal', error.reason)

    def test_reasons(self):
        for name, reason in (
            ('OverQuota', 'quota'),
            ('ImageNotFound', 'image'),
            ('PortInUse', 'network'),
            ('MessagingTimeout', 'timeout'),
            ('LibvirtError', 'host_failed'),
            ('InstanceNotFound', 'not_found'),
            ('Whatever', 'internal'),
        ):
            error = self.sanitizer.error(name, None)
            self.assertEqual(reason, error.reason)
            self.assertIn(reason, sanitize.REASONS)
