# SPDX-License-Identifier: Apache-2.0
"""Sets up a process that has a database, from one configuration.

Commands, the conductor's workers, WSGI servers and tests start here. A
compute service has no database: :func:`nova_actions.reporter.setup` sets it
up.

Modules that only some processes need are imported when they are used:
imports cost CPU time at each start.
"""

from oslo_config import cfg


class Unusable(ValueError):
    """An unusable configuration; the message says why."""


def set_up(conf: cfg.ConfigOpts, statement_timeout: float = 0) -> None:
    """Set up the sanitizer, the databases, the policy and the objects.

    No connection is opened yet.

    :param statement_timeout: seconds; see :func:`set_up_databases`
    :raises Unusable: for invalid patterns or an invalid policy
    :raises InvalidInput: see :func:`set_up_databases`
    """
    from nova_actions import objects

    set_up_sanitizer(conf)
    set_up_databases(conf, statement_timeout)
    set_up_policy(conf)
    objects.register_all()


def set_up_sanitizer(conf: cfg.ConfigOpts) -> None:
    """Set the sanitizer of this process from ``[sanitize]``.

    :raises Unusable: for an invalid pattern, or when this Python's regular
        expressions fail the self-test
    """
    from nova_actions import sanitize
    from nova_actions.objects import text

    try:
        text.setup(sanitize.Sanitizer.from_conf(conf))
    except ValueError as error:
        raise Unusable(f'[sanitize] patterns: {error}') from error
    except sanitize.Broken as error:
        raise Unusable(str(error)) from error


def set_up_databases(
    conf: cfg.ConfigOpts, statement_timeout: float = 0
) -> None:
    """Set our own database from ``[database]``, and the cells beside it from
    ``[cell:NAME]``.

    No connection is opened yet.

    :param statement_timeout: seconds after which our own database cancels a
        statement; 0: never
    :raises InvalidInput: when no connection is configured, its SQLite file
        cannot be opened, or a cell's section cannot be used
    """
    from nova_actions.cells import registry
    from nova_actions.conf import cell_options
    from nova_actions.db import api as db

    registry.setup(cell_options.cells(conf), conf.api.cell_timeout)
    db.setup(conf, statement_timeout)


def close_databases() -> None:
    """Close the connections to our own database and to the cells."""
    from nova_actions.cells import registry
    from nova_actions.db import api as db

    registry.dispose()
    db.dispose()


def set_up_policy(conf: cfg.ConfigOpts) -> None:
    """Set the rules of this process from the policy file. It can be called
    again after a change of the file; an invalid file then changes nothing.

    :raises Unusable: for an invalid policy at the first call
    """
    from nova_actions import policy

    try:
        policy.setup(conf)
    except ValueError as error:
        raise Unusable(
            f'the policy is invalid: {" ".join(str(error).split())}'
        ) from error
