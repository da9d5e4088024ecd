# SPDX-License-Identifier: Apache-2.0
"""Changes as JSON, one object per line."""

import json

from nova_actions import export


def line(change: export.Change) -> str:
    """Return a change as a line without its newline."""
    return json.dumps(change, separators=(',', ':'))
