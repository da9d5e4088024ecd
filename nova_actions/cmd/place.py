# SPDX-License-Identifier: Apache-2.0
"""The state file of an export: the cursor that it has reached."""

import contextlib
import fcntl
import json
import os
import tempfile
from types import TracebackType
from typing import Self

from nova_actions.cmd import failure

_CURSOR = 'cursor'
#: Bytes; a real one is far smaller.
_LIMIT = 4096


class Place:
    """A cursor in a file of this user, which one process uses at a time.

    The file is replaced as a whole after the new one is on disk: after a
    crash it has either the old or the new cursor.

    :param path: of the file; None stores nothing
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Lock the file.

        :raises Refusal: another process has locked it, or it cannot be opened
        """
        if self._path is not None:
            try:
                self._lock = os.open(
                    f'{self._path}.lock',
                    os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                    0o600,
                )
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise failure.Refusal(
                    f'--state {self._path}: another export uses it'
                ) from error
            except OSError as error:
                raise self._refusal(error.strerror) from error
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _refusal(self, why: str | None) -> failure.Refusal:
        return failure.Refusal(f'--state {self._path}: {why}')

    def read(self) -> str | None:
        """Return the cursor, or None if there is none yet.

        :raises Refusal: the file cannot be read, or is not such a file
        """
        if self._path is None:
            return None
        try:
            with open(self._path, encoding='utf-8') as file:
                found = json.loads(file.read(_LIMIT))[_CURSOR]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refusal(error.strerror) from error
        except (KeyError, TypeError, ValueError) as error:
            raise self._refusal('it is not the state of an export') from error
        if not isinstance(found, str):
            raise self._refusal('it is not the state of an export')
        return found

    def write(self, cursor: str) -> None:
        """Store a cursor.

        :raises Refusal: it cannot be written
        """
        if self._path is None:
            return
        folder = os.path.dirname(os.path.abspath(self._path))
        try:
            # mkstemp makes it accessible to this user only.
            descriptor, new = tempfile.mkstemp(
                prefix=f'.{os.path.basename(self._path)}.', dir=folder
            )
            try:
                with open(descriptor, 'w', encoding='utf-8') as file:
                    json.dump({_CURSOR: cursor}, file)
                    file.write('\n')
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(new, self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(new)
                raise
            _sync(folder)
        except OSError as error:
            raise self._refusal(error.strerror) from error


def _sync(folder: str) -> None:
    """Force the directory entry of a new file to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
