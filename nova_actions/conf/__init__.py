# SPDX-License-Identifier: Apache-2.0
"""The options, and the one way to a configuration that knows them.

Only roots (commands, WSGI, services) import this package; everything else is
handed what it needs. The global ``cfg.CONF`` is not touched.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import version
from nova_actions.conf import libraries
from nova_actions.conf import options
from nova_actions.conf.libraries import set_defaults
from nova_actions.db.cells import options as cell_options

__all__ = ['complete', 'files_readable', 'list_opts', 'load', 'parse',
           'register_opts', 'set_defaults', 'setup_logging']


def list_opts() -> list[tuple[str | None, Sequence[cfg.Opt]]]:
    """Return our own options, for oslo-config-generator."""
    return [*options.GROUPS.items(), (cell_options.SAMPLE, cell_options.OPTS)]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register our own options and those of the log."""
    logging.register_options(conf)
    for group, opts in options.GROUPS.items():
        conf.register_opts(opts, group=group)


@contextlib.contextmanager
def files_readable() -> Iterator[None]:
    """Make oslo.config's kind of error of a file that is a folder, that
    nobody may read, or that is not text."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise cfg.Error(
            f'a configuration file cannot be read: {error}') from error


def load(argv: Sequence[str] | None = None, *,
         default_config_files: list[str] | None = None,
         cli: Iterable[cfg.Opt] = (),
         description: str | None = None,
         uses: tuple[str, ...] = libraries.ALL) -> cfg.ConfigOpts:
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
    conf = parse(argv, default_config_files=default_config_files, cli=cli,
                 description=description)
    complete(conf, uses)
    return conf


def parse(argv: Sequence[str] | None = None, *,
          default_config_files: list[str] | None = None,
          cli: Iterable[cfg.Opt] = (),
          description: str | None = None) -> cfg.ConfigOpts:
    """Return a configuration that knows our own options only; the rest is
    for :func:`complete`. The parameters are those of :func:`load`.

    It ends the process for ``--help``, ``--version`` and usage errors.

    :raises oslo_config.cfg.Error: for files or arguments that are wrong
    """
    conf = cfg.ConfigOpts()
    register_opts(conf)
    conf.register_cli_opts(cli)
    with files_readable():
        conf(list(argv or ()), project='nova-actions',
             version=version.version_string(),
             default_config_files=default_config_files,
             description=description)
    return conf


def complete(conf: cfg.ConfigOpts,
             uses: tuple[str, ...] = libraries.ALL) -> None:
    """Register what a parsed configuration lacks: the options of libraries,
    and the sections of cells, which are known from the files only."""
    libraries.register(conf, uses)
    cell_options.sections(conf)


def setup_logging(conf: cfg.ConfigOpts) -> None:
    """Let the process's log follow its configuration.

    :raises oslo_config.cfg.Error: when that cannot be
    """
    try:
        logging.setup(conf, 'nova-actions')
    except Exception as error:  # a file of log_config_append runs any code
        raise cfg.Error(
            f'the log cannot be set up: {error}'.replace('\n', ' ')
        ) from error
