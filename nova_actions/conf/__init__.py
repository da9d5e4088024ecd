# SPDX-License-Identifier: Apache-2.0
"""The options, and how a process loads its configuration.

Only roots (commands, WSGI, services) import this package; everything else is
handed what it needs. The global ``cfg.CONF`` is not used.
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
    """Turn errors of reading and parsing into :exc:`oslo_config.cfg.Error`:
    a file that is a folder, that is not readable or that is not text, and an
    invalid value on the command line. For the last, oslo.config prints a
    message that does not name the program, and exits with status 1."""
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
    """A configuration that a running service can reload."""

    def mutate_config_files(self) -> dict[Any, Any]:
        """Reload the mutable options. When that fails or one of them is
        invalid, all keep their values, and the reason is logged.

        oslo.config raises SystemExit for an invalid value of a command line
        option, which would end the conductor.
        """
        before = self._mutable_ns
        try:
            with parsing():
                changed = super().mutate_config_files()
        except cfg.ConfigFileParseError as error:
            # Its text has the line, which may hold a password.
            why = f'{error.config_file} has a line that is not an option'
        except Exception as error:  # noqa: BLE001 - hooks of libraries, too
            why = ' '.join(str(error).split())
        else:
            LOG.info('The configuration has been reloaded')
            return changed
        if self._mutable_ns is before:
            LOG.error('The configuration is unchanged: %s', why)
        else:
            LOG.error(
                'The configuration has been reloaded, but not all that '
                'depends on it has changed: %s',
                why,
            )
        return {}

    def _reload_config_files(self) -> Any:
        # oslo.config takes any text here; whoever reads the option later
        # would fail.
        found = super()._reload_config_files()
        for info, group in self._all_opt_infos():
            if info['opt'].mutable:
                self._check(info['opt'], group, found)
        return found

    def _check(
        self, opt: cfg.Opt, group: cfg.OptGroup | None, found: Any
    ) -> None:
        """Check the value that an option has in files that were just read.

        :param found: oslo.config's namespace of the files
        :raises oslo_config.cfg.Error: it is invalid
        """
        option = f'[{group.name if group else "DEFAULT"}] {opt.name}'
        try:
            self._do_get(opt.dest, group, found)
        except cfg.ConfigSourceValueError as error:
            # Its own text has no section; what it hides has the reason.
            reason = error.__context__ or error
            raise cfg.Error(
                f'{option} is invalid' + ('' if opt.secret else f': {reason}')
            ) from None
        except (cfg.NoSuchOptError, cfg.TemplateSubstitutionError):
            raise cfg.Error(_dollar(option)) from None


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
    :param description: of the command, for its help
    :param uses: the libraries whose options are read from it, by their names
        in :data:`libraries.ALL`; all by default
    :raises oslo_config.cfg.Error: for invalid files or arguments
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
    """Return a configuration with our own options only; :func:`complete`
    adds the rest. The parameters are those of :func:`load`.

    Exits the process for ``--help``, ``--version`` and usage errors.

    :raises oslo_config.cfg.Error: for invalid files or arguments
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
    """Add to a parsed configuration the options of libraries and the
    sections of cells, whose names are found in the files.

    :raises oslo_config.cfg.Error: for a ``$`` that names no option
    """
    libraries.register(conf, uses)
    cell_options.sections(conf)
    _check_names(conf)


def _check_names(conf: cfg.ConfigOpts) -> None:
    """Check that each ``$`` in a value names an option; oslo.config would
    report the option itself as missing. The error does not contain the value,
    which may be a password.

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
            # From None: the original error contains the value.
            raise cfg.Error(_dollar(option)) from None
        except ValueError:
            continue


def _dollar(option: str) -> str:
    return (
        f'{option} has a "$" that is not followed by the name of an option; '
        'write "$$" for a "$"'
    )


def _try(values: Mapping[str, object], name: str) -> None:
    # An invalid value is reported when the option is used.
    with contextlib.suppress(ValueError):
        values[name]


def setup_logging(conf: cfg.ConfigOpts) -> None:
    """Set up the log of this process. Files that the process creates from
    then on, log files included, are writable by its user and readable by its
    group only.

    When the configuration is reloaded, log files are reopened by name, since
    logrotate may have renamed them.

    :raises oslo_config.cfg.Error: when the log cannot be set up
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
