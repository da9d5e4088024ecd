# SPDX-License-Identifier: Apache-2.0
"""The log that SQLite writes beside a spool, read without SQLite.

SQLite takes nothing of a log behind the first frame that is damaged, and
without a word. Each frame is a whole page, and the next ones often have it
again, so most reports are behind it all the same. What a page says is not
believed here: each report has a seal of its own.
"""

import os
import shutil
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

_HEADER = 32
_FRAME = struct.Struct('>IIIIII')
_MAGIC = b'SQLite format 3\0'
_PAGE_SIZE = 4096
_SIZES = tuple(2**power for power in range(9, 17))


def rebuild(path: str, target: str) -> None:
    """Write a copy of a spool that has all pages of its log.

    :param target: the copy, for its owner only; it replaces what is there
    :raises OSError: it cannot be read or written
    """
    descriptor = os.open(
        target, os.O_CREAT | os.O_RDWR | os.O_TRUNC | os.O_CLOEXEC, 0o600
    )
    with open(descriptor, 'r+b') as copy:
        if os.path.exists(path):
            with open(path, 'rb') as source:
                shutil.copyfileobj(source, copy)
        if os.path.exists(f'{path}-wal'):
            with open(f'{path}-wal', 'rb') as log:
                header = log.read(_HEADER)
                size = _page_size(path, header)
                _apply_all(copy, _frames(log, header, size), size)
        # The copy has no log: without this, SQLite would look for one.
        copy.seek(0)
        if copy.read(len(_MAGIC)) == _MAGIC:
            copy.seek(18)
            copy.write(b'\1\1')


def _page_size(path: str, header: bytes) -> int:
    """Return what the file, or else the log, says; SQLite's own by
    default."""
    found = [header[10:12]]
    if os.path.exists(path):
        with open(path, 'rb') as file:
            first = file.read(18)
        if first.startswith(_MAGIC):
            found.insert(0, first[16:18])
    for raw in found:
        # 65536 does not fit, and is written as 1.
        size = int.from_bytes(raw, 'big')
        size = 65536 if size == 1 else size
        if size in _SIZES:
            return size
    return _PAGE_SIZE


def _frames(log: BinaryIO, header: bytes, size: int) -> Iterator[bytes]:
    """Yield the frames of the log's present generation: behind them may be
    those of former ones, whose pages are older than the file's."""
    salts = header[16:24]
    while len(frame := log.read(_FRAME.size + size)) == _FRAME.size + size:
        if not any(salts):
            salts = frame[8:16]
        if frame[8:16] == salts:
            yield frame


def _apply_all(copy: BinaryIO, frames: Iterable[bytes], size: int) -> None:
    """Write the pages of whole transactions where they belong."""
    last = os.fstat(copy.fileno()).st_size // size
    pending: dict[int, bytes] = {}
    for frame in frames:
        number, pages = _FRAME.unpack_from(frame)[:2]
        pending[number] = frame[_FRAME.size :]
        if pages:
            last = max(last, pages)
            for at, page in pending.items():
                # Anything else is the damage itself.
                if 0 < at <= last:
                    copy.seek((at - 1) * size)
                    copy.write(page)
            pending.clear()
