# SPDX-License-Identifier: Apache-2.0
"""The beginning of a URL as the value of an option."""

from typing import Any
from urllib import parse

from oslo_config import types


class Prefix(types.String):
    """What is put before a path; it may be empty, and lack scheme and host.

    :raises ValueError: it cannot be parsed
    """

    def __call__(self, value: Any) -> str:
        prefix = str(super().__call__(value))
        parse.urlsplit(prefix)
        return prefix
