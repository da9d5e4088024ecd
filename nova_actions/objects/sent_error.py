# SPDX-License-Identifier: Apache-2.0
"""Readable text of an error that was received over RPC.

Nova's client converts an exception and a traceback to text when they are
keyword arguments. Positional ones arrive as their repr, which is what its
JSON serializer makes of them.
"""

import ast
import re

#: In place of a traceback whose text was not sent.
NO_TEXT = '(the reporter sent no text of the traceback)'

_TRACEBACK = re.compile(r'<traceback object at 0x[0-9a-fA-F]{1,32}>')
#: The repr of Nova's exceptions: a dictionary with these keys.
_LIMIT = 8192
_KEYS = {'kwargs', 'message', 'class'}


def of_traceback(value: str | None) -> str | None:
    """Return the text of a traceback."""
    if value is not None and _TRACEBACK.fullmatch(value):
        return NO_TEXT
    return value


def of_exception(value: str | None) -> str | None:
    """Return the message of an exception."""
    if value is None or len(value) > _LIMIT or not value.startswith('{'):
        return value
    try:
        found = ast.literal_eval(value)
    except (MemoryError, RecursionError, SyntaxError, TypeError, ValueError):
        return value
    if (
        isinstance(found, dict)
        and found.keys() == _KEYS
        and isinstance(found['message'], str)
    ):
        return found['message']
    return value
