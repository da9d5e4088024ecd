# SPDX-License-Identifier: Apache-2.0
"""Actions in a file: gzip, one line of JSON for each with its events.

Each batch is a gzip member of its own and is on disk before its rows are
deleted, so whatever a crash leaves half written is still in the database.
"""

import datetime
import fcntl
import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from nova_actions import exception

FORMAT = 'nova-actions-archive'
VERSION = 1

_CHUNK = 1 << 16
#: The longest line that is read: no action is that large.
_MAX_LINE = 1 << 30

Row = dict[str, Any]


def _refused(path: str, reason: str) -> exception.InvalidInput:
    return exception.InvalidInput(argument=path, reason=reason)


class Writer:
    """Appends batches to an archive file, which is created with mode 0600.

    :raises InvalidInput: the file is no archive, is broken, or is being
        written by somebody else
    :raises OSError: it cannot be opened or written
    """

    def __init__(self, path: str) -> None:
        self._path = path
        is_new = not os.path.exists(path)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            self._prepare()
        except BaseException:
            os.close(self._fd)
            raise
        if is_new:
            _sync_folder(path)

    def _prepare(self) -> None:
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise _refused(self._path, 'it is not a regular file')
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refused(
                self._path, 'another process writes to it'
            ) from None
        os.fchmod(self._fd, 0o600)
        end = _whole_members(self._fd, self._path)
        os.ftruncate(self._fd, end)
        os.lseek(self._fd, end, os.SEEK_SET)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._fd)

    def __call__(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Append a batch and wait until it is on disk."""
        text = ''.join(
            json.dumps(
                {'format': FORMAT, 'version': VERSION, **action},
                default=_time_text,
            )
            + '\n'
            for action in actions
        )
        data = memoryview(gzip.compress(text.encode(), mtime=0))
        while data:
            data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)


def _time_text(value: Any) -> str:
    assert isinstance(value, datetime.datetime)
    return value.isoformat()


def _sync_folder(path: str) -> None:
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _whole_members(fd: int, path: str) -> int:
    """Return where the last whole gzip member ends, having seen that the
    first line is one of ours."""
    end = at = 0
    start = b''
    unzip = zlib.decompressobj(wbits=31)
    while chunk := os.pread(fd, _CHUNK, at):
        at += len(chunk)
        while chunk:
            try:
                text = unzip.decompress(chunk)
            except zlib.error:
                raise _refused(
                    path,
                    'it is not an archive, or is broken; name another file',
                ) from None
            start = start or text[: len(_STAMP)]
            if not unzip.eof:
                break
            chunk = unzip.unused_data
            end = at - len(chunk)
            unzip = zlib.decompressobj(wbits=31)
    if end and start != _STAMP:
        raise _refused(path, 'it is not an archive of actions')
    return end


_STAMP = f'{{"format": "{FORMAT}"'.encode()


def read(path: str) -> Iterator[Row]:
    """Yield the actions of an archive, with ``events`` and ``instance``.

    :raises InvalidInput: the file, or a line of it, is not of an archive; or,
        after its last action, the file ends within a batch
    :raises OSError: it cannot be read
    """
    number = 0
    with open(path, 'rb') as raw, gzip.GzipFile(fileobj=raw) as file:
        while True:
            try:
                line = file.readline(_MAX_LINE)
            except EOFError:
                raise _refused(
                    path,
                    f'it ends within a batch, after line {number}. If '
                    '"db archive" was interrupted there, nothing is lost: '
                    'that batch is still in the database',
                ) from None
            except (gzip.BadGzipFile, zlib.error):
                raise _refused(
                    path, f'it is broken after line {number}, or no archive'
                ) from None
            if not line:
                return
            number += 1
            try:
                yield _parse(line)
            except ValueError as error:
                raise _refused(path, f'line {number}: {error}') from None


def _parse(line: bytes) -> Row:
    """Return the action of a line.

    :raises ValueError: the line is not an archived action
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError('it is not JSON') from None
    if not isinstance(row, dict) or row.get('format') != FORMAT:
        raise ValueError('it is not an archived action')
    if row.get('version') != VERSION:
        raise ValueError(
            f'its version is {row.get("version")!r}; this '
            f'release reads {VERSION}'
        )
    parts: Row = {
        name: row.get(name) for name in ('action', 'events', 'instance')
    }
    if not _is_whole(**parts):
        raise ValueError('action, events or instance is missing')
    if parts['action'].get('instance_uuid') != parts['instance'].get('uuid'):
        raise ValueError('the action is of another instance')
    return parts


def _is_whole(action: Any, events: Any, instance: Any) -> bool:
    return (
        isinstance(action, dict)
        and isinstance(instance, dict)
        and isinstance(events, list)
        and all(isinstance(event, dict) for event in events)
    )
