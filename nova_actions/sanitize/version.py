# SPDX-License-Identifier: Apache-2.0
"""Which rules a text was made safe by: a row that remembers it need not pass
them again until they have changed."""

import functools
import hashlib
import pathlib
from collections.abc import Iterable

_FOLDER = pathlib.Path(__file__).parent
_LENGTH = 12


@functools.cache
def _built_in() -> str:
    """Return a digest of the source of the rules and of their tables. It is
    the same on every Python and every host with the same release."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in ('.py', '.txt'):
            digest.update(path.name.encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()


def of(patterns: Iterable[str] = (), source_lines: bool = True) -> str:
    """Return a short name of the rules with an operator's patterns.

    :param patterns: in any order
    :param source_lines: whether tracebacks keep their lines of source
    """
    named = '\0'.join([_built_in(), str(source_lines), *sorted(patterns)])
    return hashlib.sha256(named.encode()).hexdigest()[:_LENGTH]
