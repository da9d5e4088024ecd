# SPDX-License-Identifier: Apache-2.0
"""The schema's version: read it, bring it to the newest."""

import os

import sqlalchemy as sa
from alembic import command
from alembic import config
from alembic import script
from alembic.runtime import migration
from alembic.util import exc as alembic_exc

from nova_actions import exception
from nova_actions.db import api

VERSION_TABLE = 'alembic_version_nova_actions'


def _config() -> config.Config:
    result = config.Config()
    result.set_main_option(
        'script_location',
        os.path.join(os.path.dirname(__file__), 'migrations').replace(
            '%', '%%'))
    return result


def _version(connection: sa.Connection) -> str | None:
    return migration.MigrationContext.configure(
        connection,
        opts={'version_table': VERSION_TABLE}).get_current_revision()


def db_version() -> str | None:
    """Return the revision that our own database is at, None for none.

    :raises DatabaseUnavailable: when it does not answer
    """
    with api.errors_translated(), api.engine().connect() as connection:
        return _version(connection)


def db_head() -> str:
    """Return the newest revision that this release knows."""
    head = script.ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def is_known(version: str) -> bool:
    """Tell whether this release knows a revision; a newer one made it
    otherwise."""
    revisions = script.ScriptDirectory.from_config(_config()).walk_revisions()
    return version in {each.revision for each in revisions}


def db_sync(version: str | None = None) -> None:
    """Bring our own database to a revision, the newest by default.

    :raises DatabaseUnavailable: when it does not answer
    :raises InvalidInput: when this release does not know that revision, or
        the one that the database is at
    """
    settings = _config()
    with api.begun() as connection:
        settings.attributes['connection'] = connection
        try:
            command.upgrade(settings, version or 'head')
        except alembic_exc.CommandError as error:
            raise exception.InvalidInput(
                argument='version',
                reason=f'{error}; this release knows no later one than '
                       f'{db_head()}') from error
