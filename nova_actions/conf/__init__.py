# SPDX-License-Identifier: Apache-2.0
"""The options, and the one way to a configuration that knows them.

Only roots (commands, WSGI, services) import this package; everything else is
handed what it needs. The global ``cfg.CONF`` is not touched.
"""

import contextlib
import io
import logging as stdlib_logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import version
from nova_actions.conf import cell_options
from nova_actions.conf import folder
from nova_actions.conf import libraries
from nova_actions.conf import options
from nova_actions.conf.libraries import set_defaults

__all__ = [
    'Options',
    'complete',
    'folder',
    'list_opts',
    'load',
    'parse',
    'parsing',
    'register_opts',
    'set_defaults',
    'setup_logging',
]

LOG = logging.getLogger(__name__)


def list_opts() -> list[tuple[str | None, Sequence[cfg.Opt]]]:
    """Return our own options, for oslo-config-generator."""
    return [*options.GROUPS.items(), (cell_options.SAMPLE, cell_options.OPTS)]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register our own options and those of the log."""
    logging.register_options(conf)
    for group, opts in options.GROUPS.items():
        conf.register_opts(opts, group=group)


@contextlib.contextmanager
def parsing() -> Iterator[None]:
    """Make oslo.config's kind of error of a file that is a folder, that
    nobody may read, or that is not text, and of a value that an option
    cannot have: oslo.config prints that and ends the process with 1, without
    saying which program it was."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            yield
    except SystemExit as error:
        if error.code != 1:
            raise
        text, said = said.getvalue(), io.StringIO()
        raise cfg.Error(
            re.sub(
                '(?<=--)[a-z_]+',
                lambda option: option[0].replace('_', '-'),
                text,
                count=1,
            ).strip()
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise cfg.Error(
            f'a configuration file cannot be read: {error}'
        ) from error
    finally:
        print(said.getvalue(), end='', file=sys.stderr)  # noqa: T201


class Options(cfg.ConfigOpts):
    """A configuration that a service may read again while it is at work."""

    def mutate_config_files(self) -> dict[Any, Any]:
        """Take over the mutable options; where that cannot be done, all
        stays as it was, and the log says why.

        oslo.config raises SystemExit for a value that an option of the
        command line cannot have, and the conductor would end by it.
        """
        try:
            with parsing():
                changed = super().mutate_config_files()
        except cfg.ConfigFileParseError as error:
            # Its text has the line, and that may hold a password.
            why = f'{error.config_file} has a line that is no option'
        except Exception as error:  # noqa: BLE001 - hooks of libraries, too
            why = ' '.join(str(error).split())
        else:
            LOG.info('The configuration has been read again')
            return changed
        LOG.error('The configuration stays as it was: %s', why)
        return {}


def load(
    argv: Sequence[str] | None = None,
    *,
    default_config_files: list[str] | None = None,
    cli: Iterable[cfg.Opt] = (),
    description: str | None = None,
    uses: tuple[str, ...] = libraries.ALL,
) -> cfg.ConfigOpts:
    """Return a configuration of its own, read from files and arguments.

    :param argv: the arguments without the program's name; none by default
    :param default_config_files: read when no ``--config-file`` is given; by
        default ``nova-actions.conf`` in oslo's usual folders
    :param cli: the command's own options
    :param description: what the command's help says that it is
    :param uses: the libraries whose options are read from it, by their names
        in :data:`libraries.ALL`; all by default
    :raises oslo_config.cfg.Error: for files or arguments that are wrong
    """
    conf = parse(
        argv,
        default_config_files=default_config_files,
        cli=cli,
        description=description,
    )
    complete(conf, uses)
    return conf


def parse(
    argv: Sequence[str] | None = None,
    *,
    default_config_files: list[str] | None = None,
    cli: Iterable[cfg.Opt] = (),
    description: str | None = None,
) -> cfg.ConfigOpts:
    """Return a configuration that knows our own options only; the rest is
    for :func:`complete`. The parameters are those of :func:`load`.

    It ends the process for ``--help``, ``--version`` and usage errors.

    :raises oslo_config.cfg.Error: for files or arguments that are wrong
    """
    conf = Options()
    register_opts(conf)
    conf.register_cli_opts(cli)
    with parsing():
        conf(
            list(argv or ()),
            project='nova-actions',
            version=version.version_string(),
            default_config_files=default_config_files,
            description=description,
        )
    _check_names(conf)
    return conf


def complete(
    conf: cfg.ConfigOpts, uses: tuple[str, ...] = libraries.ALL
) -> None:
    """Register what a parsed configuration lacks: the options of libraries,
    and the sections of cells, which are known from the files only.

    :raises oslo_config.cfg.Error: for a value that names no option
    """
    libraries.register(conf, uses)
    cell_options.sections(conf)
    _check_names(conf)


def _check_names(conf: cfg.ConfigOpts) -> None:
    """See that each ``$`` in a value names an option: oslo.config says that
    the option itself is missing. The value is not told: it may be a
    password.

    :raises oslo_config.cfg.Error: when one does not
    """
    for name in conf:
        option = f'[DEFAULT] {name}'
        try:
            values = conf[name]
            if isinstance(values, cfg.ConfigOpts.GroupAttr):
                for each in values:
                    option = f'[{name}] {each}'
                    _try(values, each)
        except (cfg.NoSuchOptError, cfg.TemplateSubstitutionError):
            # From None, since that tells the value.
            raise cfg.Error(
                f'{option} holds a "$" before what is no option; write "$$" '
                'for a "$"'
            ) from None
        except ValueError:
            continue


def _try(values: Mapping[str, object], name: str) -> None:
    with contextlib.suppress(ValueError):  # which is for whoever uses it
        values[name]


def setup_logging(conf: cfg.ConfigOpts) -> None:
    """Let the process's log follow its configuration. Files that this process
    makes from then on, those of the log first, are nobody's but its user's to
    write and its group's to read.

    When the configuration is read again, it is written on into files of the
    same names: those that are open may have been renamed (logrotate).

    :raises oslo_config.cfg.Error: when that cannot be
    """
    conf.register_mutate_hook(_reopen_logs)
    os.umask(os.umask(0o077) | 0o027)
    try:
        logging.setup(conf, 'nova-actions')
    except Exception as error:  # a file of log_config_append runs any code
        raise cfg.Error(
            f'the log cannot be set up: {error}'.replace('\n', ' ')
        ) from error


def _reopen_logs(*_ignored: object) -> None:
    root = stdlib_logging.getLogger()
    with contextlib.ExitStack() as todo:
        for each in (root, *root.manager.loggerDict.values()):
            for handler in getattr(each, 'handlers', ()):
                if isinstance(handler, stdlib_logging.FileHandler):
                    todo.callback(_reopen, handler)


def _reopen(handler: stdlib_logging.FileHandler) -> None:
    handler.acquire()
    try:
        old, handler.stream = handler.stream, handler._open()
        if old is not None:
            old.close()
    finally:
        handler.release()
