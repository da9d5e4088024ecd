# SPDX-License-Identifier: Apache-2.0
"""Sets up a process that serves or reads."""

import contextlib
import logging as stdlib_logging
from collections.abc import Iterator

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import conf as config
from nova_actions import exception
from nova_actions import runtime
from nova_actions import version
from nova_actions.cmd import failure
from nova_actions.db import driver
from nova_actions.db import migration

LOG = logging.getLogger(__name__)


def set_up(conf: cfg.ConfigOpts, statement_timeout: float = 0) -> None:
    """Set up everything that a service needs from its configuration.

    Nothing is connected yet.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: the configuration cannot work
    """
    _refuse_bad_driver(conf)
    try:
        runtime.set_up(conf, statement_timeout)
    except runtime.Unusable as error:
        raise failure.Refusal(str(error)) from error


@contextlib.contextmanager
def life(conf: cfg.ConfigOpts, name: str, **facts: object) -> Iterator[None]:
    """Log the start of a service with its main settings, and its end.

    :param name: of the service
    :param facts: what to log beside the version and the database
    """
    facts['database'] = driver.shown(conf.database.connection)
    LOG.info(
        '%s %s starts: %s',
        name,
        version.version_string(),
        ', '.join(f'{key} {value}' for key, value in facts.items()),
    )
    yield
    LOG.info('%s has stopped', name)


def take_over(conf: cfg.ConfigOpts) -> None:
    """Reload what may change while a service runs: mutable options, the
    policy and the log files.

    If something is invalid, nothing changes, and the log says why.
    """
    conf.mutate_config_files()
    runtime.set_up_policy(conf)


def set_up_database(
    conf: cfg.ConfigOpts, statement_timeout: float = 0
) -> None:
    """Set up the databases and the sanitizer, without policy or objects.

    Nothing is connected yet.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: the configuration cannot work
    """
    _refuse_bad_driver(conf)
    try:
        runtime.set_up_sanitizer(conf)
    except runtime.Unusable as error:
        raise failure.Refusal(str(error)) from error
    runtime.set_up_databases(conf, statement_timeout)


def _refuse_bad_driver(conf: cfg.ConfigOpts) -> None:
    urls = {'connection': conf.database.connection}
    if conf.database.slave_connection:
        urls['slave_connection'] = conf.database.slave_connection
    for option, url in urls.items():
        problem = driver.problem(url, f'[database] {option}')
        if problem is not None:
            raise failure.Refusal(problem)


def set_up_logging(conf: cfg.ConfigOpts) -> None:
    """Keep the log of a command off the terminal, unless configured."""
    if conf.debug or conf.log_file:
        config.setup_logging(conf)
    else:
        stdlib_logging.getLogger().setLevel(stdlib_logging.CRITICAL)


def ask_once(conf: cfg.ConfigOpts) -> None:
    """Do not retry when the database is down: retries are for services."""
    conf.set_override('max_retries', 0, group='database')


def check_schema(conf: cfg.ConfigOpts, statement_timeout: float = 0) -> None:
    """Check that the database has our tables, then close the connections.

    A service may start before its database and waits for it; missing tables,
    however, need an operator.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: there is no schema
    """
    ask_once(conf)
    runtime.set_up_databases(conf, statement_timeout)
    try:
        require_schema()
    except exception.Unavailable as error:
        LOG.warning('%s Starting anyway.', error.format_message())
    finally:
        # The connections must not cross a fork.
        runtime.close_databases()
        conf.clear_override('max_retries', group='database')
        runtime.set_up_databases(conf, statement_timeout)


def require_schema() -> None:
    """Check that the database has our tables.

    :raises Refusal: there is no schema
    :raises Unavailable: the database does not answer
    """
    found = migration.db_version()
    if found is None:
        raise failure.Refusal(
            'the database has no schema yet; create it with '
            '"nova-actions-manage db sync"'
        )
    if found != migration.HEAD and migration.is_known(found):
        LOG.warning(
            'The schema is at %s, this release needs %s; run '
            '"nova-actions-manage db sync"',
            found,
            migration.HEAD,
        )
