# SPDX-License-Identifier: Apache-2.0
"""Readable text of an error that came over RPC.

Nova's client makes text of an exception and a traceback that are given by
name. What is given by position arrives as its repr, since that is what JSON
makes of it.
"""

import ast
import re

#: What stands where the traceback's text never left its process.
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
