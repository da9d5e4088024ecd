# SPDX-License-Identifier: Apache-2.0
"""One-line messages for Ctrl-C and for missing requirements, also while a
command is still being imported."""

import os
import sys
import types


def _say(
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        # After that Python itself ends the process with the signal.
        _print('interrupted')
        return
    from nova_actions.cmd import extra

    absent = extra.missing()
    if absent:
        _print(
            f'{", ".join(absent)} not installed; a command needs '
            f"pip install '{extra.DISTRIBUTION}[{extra.EXTRA}]'"
        )
    else:
        sys.__excepthook__(kind, error, trace)


def _print(text: str) -> None:
    program = os.path.basename(sys.argv[0]) or 'nova-actions'
    print(f'{program}: {text}', file=sys.stderr)


def be_brief() -> None:
    """Install the messages."""
    sys.excepthook = _say
