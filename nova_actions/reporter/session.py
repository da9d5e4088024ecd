# SPDX-License-Identifier: Apache-2.0
"""A session of a reporting process, and the proof of its end.

Each session has a file that its process keeps locked. The kernel releases
the lock when the process ends, however it ends. So a process that gets the
lock knows that the session is over, and a live one cannot be taken for dead.
"""

import contextlib
import fcntl
import json
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from oslo_utils import uuidutils

from nova_actions.reporter.spool import place
from nova_actions.reporter.spool import salvage

_LOCK = re.compile(r'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.lock')
_SPOOL_FILES = ('', '-wal', '-shm', '.new')
_NOTE = struct.Struct('<QQ')
_CHECKSUM = struct.Struct('<I')
# Behind the note: the losses that no conductor knows of.
_LOST_AT = _NOTE.size + _CHECKSUM.size
_MAX_LOST = 4096


class Summary(NamedTuple):
    """What can be seen of a session from outside.

    :param noted: what it noted of its spool last; None for nothing
    :param bytes: the size of its spool on disk
    :param written: when its files were written last, seconds since 1970
    """

    uuid: str
    is_alive: bool
    noted: salvage.Note | None
    bytes: int
    written: float


def summaries(folder: str) -> Iterator[Summary]:
    """Yield a summary of each session that has a spool in a folder; nothing
    is changed. A folder that is not this user's alone has none."""
    over = set()
    for each in Session.orphans(folder):
        over.add(each.uuid)
        each.let_go()
    for uuid in _uuids(folder):
        with contextlib.suppress(OSError):
            path = os.path.join(folder, uuid)
            with open(f'{path}.lock', 'rb') as file:
                noted = _parse(file.read(_NOTE.size + _CHECKSUM.size))
            files = [
                os.stat(f'{path}.spool{suffix}')
                for suffix in _SPOOL_FILES
                if os.path.exists(f'{path}.spool{suffix}')
            ]
            if files:
                yield Summary(
                    uuid,
                    uuid not in over,
                    noted,
                    sum(each.st_size for each in files),
                    max(each.st_mtime for each in files),
                )


def _uuids(folder: str) -> list[str]:
    """Return the sessions that have files in a folder of this user's."""
    try:
        if place.problem(folder) is not None:
            return []
        found = map(_LOCK.fullmatch, sorted(os.listdir(folder)))
    except OSError:
        return []
    return [match[1] for match in found if match]


def _parse(raw: bytes) -> salvage.Note | None:
    """Return what a file says of its spool; None where it says nothing, as
    one of the first release does."""
    note, checksum = raw[: _NOTE.size], raw[_NOTE.size :]
    if checksum != _CHECKSUM.pack(zlib.crc32(note)):
        return None
    return salvage.Note(*_NOTE.unpack(note))


class Session:
    """A session whose lock this process holds.

    :param folder: where the sessions of this host have their files
    """

    def __init__(self, folder: str, uuid: str, descriptor: int) -> None:
        self.folder = folder
        self.uuid = uuid
        self._descriptor: int | None = descriptor
        self._made = os.fstat(descriptor)

    @classmethod
    def begin(cls, folder: str) -> 'Session':
        """Begin a session of this process.

        :raises OSError: the folder or the file cannot be created, or the
            folder is not this user's alone
        """
        place.make(folder)
        while True:
            uuid = uuidutils.generate_uuid()
            found = cls._take(folder, uuid, os.O_CREAT | os.O_EXCL)
            if found is not None:
                return found

    @classmethod
    def orphans(cls, folder: str) -> Iterator['Session']:
        """Yield the sessions in a folder that are over. Each is locked, so
        that no other process takes it over. A folder that is not this user's
        alone has none."""
        for uuid in _uuids(folder):
            with contextlib.suppress(OSError):
                found = cls._take(folder, uuid, 0)
                if found is not None:
                    yield found

    @classmethod
    def _take(cls, folder: str, uuid: str, flags: int) -> 'Session | None':
        path = os.path.join(folder, f'{uuid}.lock')
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another process may have removed it before it was locked.
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return cls(folder, uuid, descriptor)
        except OSError:
            pass
        os.close(descriptor)
        return None

    def note(self, count: int, lowest: int) -> None:
        """Note in the file what is in the spool: SQLite drops damaged rows
        silently.

        It is written after reports are stored and before they are removed, so
        that a process that is killed has noted too few, not too many.

        :param count: how many reports
        :param lowest: the lowest of their numbers
        """
        if self._descriptor is not None:
            raw = _NOTE.pack(max(0, count), lowest)
            try:
                os.pwrite(
                    self._descriptor, raw + _CHECKSUM.pack(zlib.crc32(raw)), 0
                )
            except OSError:
                # Reports are stored all the same.
                return

    def noted(self) -> salvage.Note | None:
        """Return what was noted; None for nothing, as by the first
        release."""
        if self._descriptor is None:
            return None
        return _parse(
            os.pread(self._descriptor, _NOTE.size + _CHECKSUM.size, 0)
        )

    def note_lost(self, counts: Mapping[str, int]) -> None:
        """Note how many reports were lost that no conductor knows of, by
        reason, for the session that comes after this one."""
        if self._descriptor is None or not self.is_open():
            return
        if counts == self.lost():
            return
        raw = json.dumps(counts).encode()
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, _LOST_AT)
            os.pwrite(
                self._descriptor,
                _CHECKSUM.pack(zlib.crc32(raw)) + raw,
                _LOST_AT,
            )

    def lost(self) -> dict[str, int]:
        """Return the losses that were noted; nothing where they cannot be
        read, or where an earlier release wrote the file."""
        if self._descriptor is None:
            return {}
        raw = os.pread(self._descriptor, _MAX_LOST, _LOST_AT)
        checksum, raw = raw[: _CHECKSUM.size], raw[_CHECKSUM.size :]
        if checksum != _CHECKSUM.pack(zlib.crc32(raw)):
            return {}
        counts: dict[str, int] = json.loads(raw)
        return counts

    def is_open(self) -> bool:
        """Tell whether nobody but :meth:`let_go` has closed its file. A
        service that closes all files, as daemons do, closes this one and the
        spool's, too, and others get their numbers."""
        if self._descriptor is None:
            return True
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._made)
        except OSError:
            return False

    def has_name(self) -> bool:
        """Tell whether others can find its file.

        :raises OSError: that cannot be examined
        """
        try:
            return os.path.samestat(self._made, os.stat(self._path))
        except FileNotFoundError:
            return False

    def restore(self) -> None:
        """Recreate its file, which was deleted. No process may fork
        meanwhile: its child would keep the lock.

        :raises OSError: as of :meth:`begin`
        """
        if self._descriptor is None or not self.is_open():
            return
        place.make(self.folder)
        copy = f'{self._path}.new'
        descriptor = os.open(
            copy, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, 0o600
        )
        try:
            # Before it has the name by which others find it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(
                descriptor,
                os.pread(self._descriptor, _LOST_AT + _MAX_LOST, 0),
                0,
            )
            os.replace(copy, self._path)
            # Others may be writing to it by its number.
            os.dup2(descriptor, self._descriptor, inheritable=False)
            self._made = os.fstat(descriptor)
        finally:
            os.close(descriptor)

    @property
    def _path(self) -> str:
        return os.path.join(self.folder, f'{self.uuid}.lock')

    @property
    def spool_path(self) -> str:
        return os.path.join(self.folder, f'{self.uuid}.spool')

    def let_go(self) -> None:
        """Close the file without unlocking it, as a forked child does with
        its parent's."""
        if self._descriptor is not None and self.is_open():
            os.close(self._descriptor)
        self._descriptor = None

    def remove_spool(self) -> None:
        for suffix in _SPOOL_FILES:
            with contextlib.suppress(OSError):
                os.unlink(self.spool_path + suffix)

    def remove(self) -> None:
        """Remove all its files, once nothing is left to do for it."""
        self.remove_spool()
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        self.let_go()
