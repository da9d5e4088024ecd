# SPDX-License-Identifier: Apache-2.0
"""Standard output, with confirmation that lines were taken."""

import array
import fcntl
import os
import select
import stat
import sys
import termios
from collections.abc import Sequence

from nova_actions.cmd import failure

#: Milliseconds between two checks of how much of a pipe is unread.
_LOOK = 20


class Outlet:
    """Standard output, for lines that must not be lost.

    If the file ends with an incomplete line of a killed process, a newline
    ends that first.

    :raises Refusal: the caller has closed it
    """

    def __init__(self) -> None:
        if getattr(sys.stdout, 'name', None) == os.devnull:
            # What the command opened instead of a closed one.
            raise failure.Refusal('standard output is closed')
        sys.stdout.flush()
        self._file = sys.stdout.fileno()
        mode = os.fstat(self._file).st_mode
        self._is_file, self._is_pipe = stat.S_ISREG(mode), stat.S_ISFIFO(mode)
        if self._is_file and self._is_cut():
            self._put(b'\n')

    def _is_cut(self) -> bool:
        """Tell whether the last line of a file lacks its newline."""
        # Our descriptor is open for writing only.
        with open(f'/proc/self/fd/{self._file}', 'rb') as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                return False
            file.seek(size - 1)
            return file.read(1) != b'\n'

    def write(self, lines: Sequence[str]) -> None:
        """Write lines, and return once a file has them on disk or a reader
        of a pipe has taken them.

        :raises BrokenPipeError: the reader has closed the pipe
        """
        if not lines:
            return
        self._put(''.join(f'{line}\n' for line in lines).encode())
        if self._is_file:
            os.fsync(self._file)
        elif self._is_pipe:
            self._await_taken()

    def _put(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]

    def _await_taken(self) -> None:
        gone = select.poll()
        gone.register(self._file, select.POLLERR)
        left = array.array('i', [1])
        while True:
            fcntl.ioctl(self._file, termios.FIONREAD, left)
            if not left[0]:
                return
            if gone.poll(_LOOK):
                raise BrokenPipeError
