# SPDX-License-Identifier: Apache-2.0
"""A folder as the value of an option."""

import os
from typing import Any

from oslo_config import types


class Folder(types.String):
    """The path of a folder, absolute and without ``~``.

    :raises ValueError: for a path that is empty, is not UTF-8 or has control
        characters
    """

    def __call__(self, value: Any) -> str:
        path = str(super().__call__(value))
        if not path.strip():
            raise ValueError('it is empty')
        if any(char < ' ' or char == '\x7f' for char in path):
            raise ValueError('it holds a control character')
        try:
            path.encode()
        except UnicodeEncodeError:
            raise ValueError('it is not UTF-8') from None
        return os.path.abspath(os.path.expanduser(path))


def escaped(path: str) -> str:
    """Escape a path for use as a default: in oslo.config a ``$`` begins the
    name of an option."""
    return path.replace('$', '$$')
