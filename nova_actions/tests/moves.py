# SPDX-License-Identifier: Apache-2.0
"""Through how many of our files a call goes, and how often it changes."""

import itertools
import os
import sys
from collections.abc import Callable
from types import FrameType

import nova_actions

_ROOT = os.path.dirname(nova_actions.__file__) + os.sep
_TESTS = os.path.join(_ROOT, 'tests') + os.sep


def count(function: Callable[[], object]) -> tuple[set[str], int]:
    """Return the files whose functions a call of a function calls, in this
    thread, and how often one that is called is in another file than the one
    called before."""
    files: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path = frame.f_code.co_filename
        if (
            event == 'call'
            and path.startswith(_ROOT)
            and not path.startswith(_TESTS)
        ):
            files.append(path.removeprefix(_ROOT))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return set(files), sum(
        one != next_one for one, next_one in itertools.pairwise(files)
    )
