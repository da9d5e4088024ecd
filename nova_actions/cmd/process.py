# SPDX-License-Identifier: Apache-2.0
"""Sets up a process, once, to serve or to read."""

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
    """Set up all that a service needs from a configuration.

    Nothing is connected yet.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: for a configuration that cannot work
    """
    _refuse_bad_driver(conf)
    try:
        runtime.set_up(conf, statement_timeout)
    except runtime.Unusable as error:
        raise failure.Refusal(str(error)) from error


@contextlib.contextmanager
def life(conf: cfg.ConfigOpts, name: str, **facts: object) -> Iterator[None]:
    """Say in the log what begins to serve, and that it has stopped.

    :param name: of the service
    :param facts: what is worth knowing of it beside its database
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
    """Take over what may change while a service is at work: mutable options,
    the policy, the files of the log.

    What cannot be used leaves all as it was, and is said in the log.
    """
    conf.mutate_config_files()
    runtime.set_up_policy(conf)


def set_up_database(
    conf: cfg.ConfigOpts, statement_timeout: float = 0
) -> None:
    """Set up what reads and writes rows, without rules or objects.

    Nothing is connected yet.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: for a configuration that cannot work
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
        problem = driver.problem(url)
        if problem is not None:
            raise failure.Refusal(
                problem.replace(
                    '[database] connection', f'[database] {option}'
                )
            )


def set_up_logging(conf: cfg.ConfigOpts) -> None:
    """Keep the log of a command off the terminal, unless it is asked for."""
    if conf.debug or conf.log_file:
        config.setup_logging(conf)
    else:
        stdlib_logging.getLogger().setLevel(stdlib_logging.CRITICAL)


def ask_once(conf: cfg.ConfigOpts) -> None:
    """Do not wait for a database that is down: ten attempts, ten seconds
    apart, are for services at work."""
    conf.set_override('max_retries', 0, group='database')


def check_schema(conf: cfg.ConfigOpts, statement_timeout: float = 0) -> None:
    """See that the database has our tables, then let it go again.

    A service may start before its database and then waits for it; but what
    lacks its tables will not mend itself.

    :param statement_timeout: seconds, of one statement; 0: no limit
    :raises Refusal: when there is no schema
    """
    ask_once(conf)
    runtime.set_up_databases(conf, statement_timeout)
    try:
        require_schema()
    except exception.Unavailable as error:
        LOG.warning('%s Starting all the same.', error.format_message())
    finally:
        # The connections must not cross a fork.
        runtime.close_databases()
        conf.clear_override('max_retries', group='database')
        runtime.set_up_databases(conf, statement_timeout)


def require_schema() -> None:
    """See that the database has our tables.

    :raises Refusal: when there is no schema
    :raises Unavailable: when it does not answer
    """
    found = migration.db_version()
    if found is None:
        raise failure.Refusal(
            'the database has no schema yet; make it with '
            '"nova-actions-manage db sync"'
        )
    if found != migration.HEAD and migration.is_known(found):
        LOG.warning(
            'The schema is at %s, this release wants %s; run '
            '"nova-actions-manage db sync"',
            found,
            migration.HEAD,
        )
