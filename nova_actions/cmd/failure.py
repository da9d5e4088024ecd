# SPDX-License-Identifier: Apache-2.0
"""How a command says what it could not do: one line, and an exit code."""

import functools
import os
import sys
from collections.abc import Callable, Sequence

from oslo_config import cfg

from nova_actions import exception

OK = 0
#: What was asked for does not exist.
ABSENT = 1
#: It could not be done, or must not.
REFUSED = 2

Main = Callable[[Sequence[str]], int]


class Refusal(Exception):
    """What the caller asks for cannot be done; the text says why."""


def explained(main: Main) -> Callable[..., int]:
    """Make a command's main of a function of its arguments.

    Errors that a person can mend become a line and an exit code; anything
    else is a bug of ours and keeps its traceback.
    """
    @functools.wraps(main)
    def wrapper(argv: Sequence[str] | None = None) -> int:
        try:
            return main(sys.argv[1:] if argv is None else argv)
        except exception.NotFound as error:
            return _say(error.format_message(), ABSENT)
        except exception.ActionsException as error:
            return _say(error.format_message(), REFUSED)
        except cfg.ConfigFilesNotFoundError as error:
            return _say('no such configuration file: '
                        + ', '.join(error.config_files), REFUSED)
        except (Refusal, cfg.Error, PermissionError) as error:
            return _say(str(error), REFUSED)
        except BrokenPipeError:
            # Whoever read the output has seen enough. The interpreter would
            # complain once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK

    return wrapper


def _say(text: str, code: int) -> int:
    program = os.path.basename(sys.argv[0]) or 'nova-actions'
    print(f'{program}: {text}', file=sys.stderr)
    return code
