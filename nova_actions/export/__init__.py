# SPDX-License-Identifier: Apache-2.0
"""Changes in the formats of other systems: text, one line for each.

A change is what ``GET /v1/changes`` tells, with its ``id``, which is the same
whenever it is told, and its ``cursor``, to go on after it.
"""

from typing import Any

Change = dict[str, Any]

#: The formats, and which module below this one writes each.
FORMATS = {
    'ndjson': 'ndjson',
    'cadf': 'cadf',
    'cloudevents': 'cloudevent',
    'otlp-json': 'otlp',
}
#: The format that is sent to a receiver instead of written as lines.
TRACES = 'otlp'
