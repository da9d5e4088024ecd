# SPDX-License-Identifier: Apache-2.0
"""Damaged spools, kept aside whole for a person to look at."""

import contextlib
import os
import re
from collections.abc import Iterator

#: How many are kept; older ones are removed.
KEPT = 3

_NAME = re.compile(r'(.+\.broken)(-wal)?')
_SUFFIXES = ('', '-wal')


def keep(path: str) -> str:
    """Move a spool aside with its log, and return its new path.

    :raises OSError: it cannot be moved
    """
    target = _free(path)
    for suffix in _SUFFIXES:
        with contextlib.suppress(FileNotFoundError):
            _make_private(path + suffix)
            os.replace(path + suffix, target + suffix)
    with contextlib.suppress(OSError):
        os.unlink(f'{path}-shm')
    folder = os.path.dirname(path)
    found = sorted(
        _all(folder), key=lambda each: _touched(os.path.join(folder, each))
    )
    for name in found[:-KEPT]:
        for suffix in _SUFFIXES:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name + suffix))
    return target


def _make_private(path: str) -> None:
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fchmod(file, 0o600)
    finally:
        os.close(file)


def _free(path: str) -> str:
    """Return a name that nothing has: one spool may be damaged twice."""
    target, number = f'{path}.broken', 1
    while any(os.path.exists(target + suffix) for suffix in _SUFFIXES):
        number += 1
        target = f'{path}.{number}.broken'
    return target


def _all(folder: str) -> set[str]:
    return {
        match[1]
        for name in os.listdir(folder)
        if (match := _NAME.fullmatch(name))
    }


def _touched(path: str) -> int:
    """Return when it was last changed: moving it counts, so that it is when
    it was kept."""
    return max((found.st_ctime_ns for found in _stats(path)), default=0)


def _stats(path: str) -> Iterator[os.stat_result]:
    for suffix in _SUFFIXES:
        with contextlib.suppress(OSError):
            yield os.stat(path + suffix)


def size(folder: str) -> int:
    """Return how many bytes are kept in a folder."""
    with contextlib.suppress(OSError):
        return sum(
            found.st_size
            for name in _all(folder)
            for found in _stats(os.path.join(folder, name))
        )
    return 0
