# SPDX-License-Identifier: Apache-2.0
"""Changes as they are, each a JSON object in a line."""

import json

from nova_actions import export


def line(change: export.Change) -> str:
    """Return a change as a line without its end."""
    return json.dumps(change, separators=(',', ':'))
