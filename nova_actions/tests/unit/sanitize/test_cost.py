# SPDX-License-Identifier: Apache-2.0
"""What an operator's pattern may cost is judged before it is used."""

import re
import sys
from re import _parser

from oslotest import base

from nova_actions.sanitize import cost
from nova_actions.sanitize import pattern
from nova_actions.tests.unit.sanitize import steps

REFUSED = (
    r'(?i)[a-z]{1,100}[a-z]{1,99}_X',
    r'[a-z]{1,50}[a-z]{1,50}_X',
    r'\w{1,64}\w{1,64}=',
    r'[a-z]{1,5000}X',
    r'.{1,9999}x',
    r'[a-z]{1,90}q[a-z]{1,90}_X',
    r'[a-z]{1,70}-?[a-z]{1,70}_X',
    r'(?:[a-z]{1,100})([a-z0-9]{1,99})_X',
    r'(?:[a-z]|[0-9]){1,100}[a-z]{1,99}_',
    r'(?=[a-z]{1,99}[a-z]{1,99}_)x',
    r'[A-Z]{1,100}(?i:[a-z]{1,99})_',
    r'[a-z]{1,99}?[a-z]{1,99}?_X',
    r'x.{0,98}.{0,99}y',
    r'(?s)(?>[^x]{1,9999})x',
    r'[a-z]{1,20}[a-z]{1,20}[a-z]{1,20}_',
    r'[^;]{1,99}\S{1,99};',
    r'(?:k|[a-z]{1,99}[a-z]{1,99}_)v',
)
TAKEN = (
    r'mytoken-[A-Za-z0-9]{20,200}',
    r'AKIA[0-9A-Z]{16}',
    r'token=[^;]{1,4096};',
    r'key=[^ ]{1,4096}',
    r'key="[^"]{1,4096}"',
    r'[a-z]{1,64}-[a-z]{1,64}_X',
    r'"[a-z]{1,100}[a-z]{1,99}_X',
    r'(?:secret|token)\s{0,4}[:=]\s{0,4}\S{8,200}\b',
    r'(?<=pw=)[a-z]{3,90}',
)


class CostTestCase(base.BaseTestCase):
    def test_what_is_quadratic_is_refused(self):
        for text in REFUSED:
            error = self.assertRaises(
                ValueError, pattern.compile_pattern, text
            )
            self.assertIn('quadratic', str(error), text)

    def test_what_is_linear_is_taken(self):
        for text in TAKEN:
            self.assertTrue(pattern.compile_pattern(text))

    def test_no_text_takes_more_steps(self):
        """By a matcher that counts them, for texts that fail late."""
        self.addCleanup(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(20_000)
        size = 1024
        for text in (
            *TAKEN,
            r'[a-z]{1,20}[a-z]{1,20}_X',
            r'[a-z]{1,20}q[a-z]{1,9}_X',
        ):
            parsed = _parser.parse(text)
            told = cost.steps(parsed, parsed.state.flags)
            for piece in (
                'a',
                'q',
                '"a',
                'token=',
                'key=',
                'aaaa-',
                'pw=a',
                '"' + 'a' * 99,
                'secret: ',
            ):
                steps.Pattern.steps = 0
                subject = (piece * size)[:size]
                list(steps.Pattern(re.compile(text)).finditer(subject))
                # Each way is a few steps.
                self.assertLess(
                    steps.Pattern.steps,
                    100 * size + 10 * told * size // cost.LENGTH,
                    (text, piece),
                )
