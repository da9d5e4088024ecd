# SPDX-License-Identifier: Apache-2.0

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslo_utils import strutils
from oslotest import base

from nova_actions.sanitize import index
from nova_actions.sanitize import oslo

PARTS = st.sampled_from(
    [
        '=',
        ' = ',
        '"',
        "'",
        '--',
        '-p ',
        ' ',
        ': ',
        ':',
        ', ',
        '<',
        '</',
        '>',
        'u',
        '1',
        'x',
        'Word',
        '\\',
        '\t',
    ]
) | st.sampled_from(strutils._SANITIZE_KEYS).flatmap(
    lambda key: st.sampled_from([key, key.upper(), f'{key}7'])
)


class OsloTest(base.BaseTestCase):
    @settings(max_examples=1000, deadline=None)
    @given(st.lists(PARTS, min_size=2, max_size=12).map(''.join))
    def test_whatever_it_masks_is_given_to_it(self, line):
        if strutils.mask_password(line, '[REDACTED:F14]') != line:
            self.assertTrue(oslo.may_find(line, index.Index(line)))

    def test_a_name_alone_is_not(self):
        for line in (
            'spawn(context, admin_password)',
            'self.password_hash',
            'password="',
            "password='[",
            'token = ',
        ):
            self.assertIs('[' in line, oslo.may_find(line, index.Index(line)))

    def test_what_is_masked_is_not(self):
        for line in (
            "password='\x00\x00'",
            '{"token": "\x00"}',
            '--password \x00',
        ):
            self.assertFalse(oslo.may_find(line, index.Index(line)), line)
