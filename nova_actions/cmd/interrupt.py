# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C before a command has begun: while it is imported."""

import os
import sys
import types


def _say(kind: type[BaseException], error: BaseException,
         trace: types.TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        # Python itself ends the process by the signal after that.
        program = os.path.basename(sys.argv[0]) or 'nova-actions'
        print(f'{program}: interrupted', file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def be_brief() -> None:
    """Have an interruption that nobody catches take one line."""
    sys.excepthook = _say
