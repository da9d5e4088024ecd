# SPDX-License-Identifier: Apache-2.0
"""Errors of commands: one line on standard error, and an exit code."""

import contextlib
import errno
import functools
import io
import os
import sys
from collections.abc import Callable, Sequence

from oslo_config import cfg

from nova_actions import exception

OK = 0
#: What was asked for does not exist.
ABSENT = 1
#: It failed or was refused.
REFUSED = 2
#: Ctrl-C, by the convention of shells.
INTERRUPTED = 130

Main = Callable[[Sequence[str]], int]


class Refusal(Exception):
    """A request that cannot be fulfilled; the text says why.

    :param code: the exit code of the command
    """

    def __init__(self, text: str, code: int = REFUSED) -> None:
        super().__init__(text)
        self.code = code


def explained(main: Main) -> Callable[..., int]:
    """Make a function of arguments the ``main`` of a command.

    Errors that the user can fix become one line and an exit code; any other
    is a bug and keeps its traceback.
    """

    @functools.wraps(main)
    def wrapper(argv: Sequence[str] | None = None) -> int:
        _open_streams()
        if isinstance(sys.stdout, io.TextIOWrapper):
            # The terminal's encoding may lack a character.
            sys.stdout.reconfigure(errors='backslashreplace')
        try:
            code = main(sys.argv[1:] if argv is None else argv)
            _flush()
            return code
        except exception.NotFound as error:
            return _say(error.format_message(), ABSENT)
        except exception.ActionsException as error:
            return _say(told(error), REFUSED)
        except cfg.ConfigFilesNotFoundError as error:
            return _say(
                'no such configuration file: ' + ', '.join(error.config_files),
                REFUSED,
            )
        except BrokenPipeError:
            # The reader has closed the pipe.
            return OK
        except Refusal as error:
            return _say(str(error), error.code)
        except (cfg.Error, OSError) as error:
            return _say(str(error), REFUSED)
        except KeyboardInterrupt:
            return _say('interrupted', INTERRUPTED)
        finally:
            _let_go()

    return wrapper


def told(error: exception.ActionsException) -> str:
    """Return an error's text, followed by the driver's message if a database
    is unavailable."""
    text = error.format_message()
    cause = error.__cause__ or error.__context__
    if cause is None or not isinstance(error, exception.Unavailable):
        return text
    from nova_actions.db import driver

    return f'{text} {driver.said(cause)}'


def _open_streams() -> None:
    """Open the standard streams that the caller has closed: Python has None
    for them, and the next file that is opened, the database maybe, would get
    their number."""
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115


def _flush() -> None:
    try:
        print(end='', flush=True)
    except OSError as error:
        if error.errno == errno.EIO:
            # The terminal has hung up.
            raise BrokenPipeError from error
        raise


def _let_go() -> None:
    """Keep the interpreter from complaining at exit about output that
    cannot be written."""
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str, code: int) -> int:
    program = os.path.basename(sys.argv[0]) or 'nova-actions'
    # The terminal may have hung up.
    with contextlib.suppress(OSError):
        print(f'{program}: {text}', file=sys.stderr)
    return code
