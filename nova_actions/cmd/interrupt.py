# SPDX-License-Identifier: Apache-2.0
"""What a command says of an error that nobody catches, also while it is
still being imported: of Ctrl-C, and of parts that are not installed."""

import os
import sys
import types


def _say(
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        # Python itself ends the process by the signal after that.
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
    """Have them take one line."""
    sys.excepthook = _say
