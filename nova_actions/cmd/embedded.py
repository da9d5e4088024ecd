# SPDX-License-Identifier: Apache-2.0
"""Defaults of nova-actions-all."""

import os
import sys
import tempfile

from oslo_config import cfg

from nova_actions import conf as config
from nova_actions.cmd import failure

DATABASE = 'nova-actions.sqlite'
LOG_FILE = 'nova-actions.log'
#: Seconds.
HEARTBEAT = 1.0


def database_path(conf: cfg.ConfigOpts) -> str:
    """Return the path of the embedded database, which may not exist."""
    return os.path.join(conf.state_path, DATABASE)


def _use(conf: cfg.ConfigOpts, path: str) -> None:
    """Use a file as the database unless one is configured.

    :raises Refusal: SQLAlchemy has no URL for its path
    """
    from nova_actions.db import driver

    url = driver.file_url(path)
    if url is None:
        raise failure.Refusal(
            f'[DEFAULT] state_path {conf.state_path}: SQLAlchemy has no URL '
            'for a file there; take a path without "?" and "%"'
        )
    conf.set_default(
        'connection', config.folder.escaped(url), group='database'
    )


def _require_writable(conf: cfg.ConfigOpts) -> None:
    """Check that files can be created in the state folder: SQLite creates
    some beside its database even to read.

    :raises Refusal: they cannot
    """
    try:
        with tempfile.TemporaryFile(dir=conf.state_path):
            pass
    except OSError as error:
        raise _refusal(conf, error) from error


def _refusal(conf: cfg.ConfigOpts, error: OSError) -> failure.Refusal:
    return failure.Refusal(
        f'[DEFAULT] state_path {conf.state_path}: {error.strerror}'
    )


def configure(conf: cfg.ConfigOpts) -> None:
    """Set the defaults of nova-actions-all.

    :param conf: parsed, but not yet complete
    :raises Refusal: the state folder cannot be used
    """
    try:
        os.makedirs(conf.state_path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise _refusal(conf, error) from error
    _require_writable(conf)
    conf.set_default('auth_strategy', 'noauth2', group='api')
    conf.set_default('ui', True, group='api')
    config.complete(
        conf,
        (
            'database',
            'policy',
            'messaging',
            'middleware',
            'keystone',
            'reports',
        ),
    )
    conf.set_default('transport_url', 'fake://')
    _use(conf, database_path(conf))
    # All runs on one machine: dead processes are noticed soon.
    conf.set_default('heartbeat_interval', HEARTBEAT, group='reporter')
    # The terminal is for people; the log goes to a file.
    conf.set_default(
        'log_file',
        config.folder.escaped(os.path.join(conf.state_path, LOG_FILE)),
    )


def attach(conf: cfg.ConfigOpts) -> None:
    """Attach the cell of the command line, named after its database.

    :raises Refusal: --follow without --cell, or an invalid URL
    """
    if not conf.cell:
        if conf.follow:
            raise failure.Refusal('--follow needs --cell URL')
        return
    from nova_actions.conf import cell_options
    from nova_actions.db import driver

    problem = driver.problem(conf.cell, '--cell')
    if problem is not None:
        raise failure.Refusal(problem)
    section = cell_options.PREFIX + driver.name(conf.cell)
    conf.register_opts(cell_options.OPTS, group=section)
    # In a URL on the command line, "$" has no special meaning.
    conf.set_override(
        'connection', config.folder.escaped(conf.cell), group=section
    )
    conf.set_override('follow', conf.follow, group=section)


def use_its_database(conf: cfg.ConfigOpts) -> bool:
    """Use the embedded database if none is configured and it exists; return
    whether that is so.

    :raises Refusal: the state folder cannot be used
    """
    if conf.database.connection:
        return False
    path = database_path(conf)
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _refusal(conf, error) from error
    _require_writable(conf)
    print(f'(the database of nova-actions-all, {path})', file=sys.stderr)
    _use(conf, path)
    return True
