# SPDX-License-Identifier: Apache-2.0
"""What a rule finds in a text."""

from oslotest import base

from nova_actions.sanitize import index
from nova_actions.sanitize import text as _text


class RuleTestCase(base.BaseTestCase):
    def found(self, rule, text):
        """Return the secrets that a rule finds, in their order."""
        blank = _text.blank(text)
        spans = {
            (start, end)
            for start, end, _label in rule.spans(blank, index.Index(blank))
        }
        return [text[start:end] for start, end in sorted(spans)]
