# SPDX-License-Identifier: Apache-2.0
"""How far an export has come, kept in a file."""

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

    The file is replaced as a whole, once the new one is on disk: after a
    crash it has the old cursor or the new one.

    :param path: where it is kept; None keeps nothing
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Keep others away.

        :raises Refusal: another uses it, or it cannot be had
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
        """Return the cursor, None where there is none yet.

        :raises Refusal: the file cannot be read, or holds something else
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
        """Keep a cursor.

        :raises Refusal: it cannot be written
        """
        if self._path is None:
            return
        folder = os.path.dirname(os.path.abspath(self._path))
        try:
            # For this user alone, as mkstemp makes it.
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
    """Have the name of a new file on disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
