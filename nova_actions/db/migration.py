# SPDX-License-Identifier: Apache-2.0
"""The schema's version: read it, bring it to the newest.

Each command asks for the version, few change it: alembic is imported only
where it is worked with.
"""

import os
import typing

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import api

if typing.TYPE_CHECKING:
    from alembic import config

VERSION_TABLE = 'alembic_version_nova_actions'

#: The newest revision that this release knows.
HEAD = 'e1c8a5d3b794'


def _config() -> 'config.Config':
    from alembic import config

    result = config.Config()
    result.set_main_option(
        'script_location',
        os.path.join(os.path.dirname(__file__), 'migrations').replace(
            '%', '%%'
        ),
    )
    return result


def db_version() -> str | None:
    """Return the revision that our own database is at, None for none.

    :raises DatabaseUnavailable: when it does not answer
    """
    versions = sa.table(VERSION_TABLE, sa.column('version_num'))
    with api.errors_translated(), api.engine().connect() as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return None
        version: str | None = connection.scalar(sa.select(versions))
        return version


def is_known(version: str) -> bool:
    """Tell whether this release knows a revision; a newer one made it
    otherwise."""
    if version == HEAD:
        return True
    from alembic import script

    revisions = script.ScriptDirectory.from_config(_config()).walk_revisions()
    return version in {each.revision for each in revisions}


def db_sync(version: str | None = None) -> None:
    """Bring our own database to a revision, the newest by default.

    :raises DatabaseUnavailable: when it does not answer
    :raises InvalidInput: when this release does not know that revision, or
        the one that the database is at
    """
    if (version or HEAD) == db_version():
        return
    from alembic import command
    from alembic.util import exc as alembic_exc

    settings = _config()
    with api.begun() as connection:
        settings.attributes['connection'] = connection
        try:
            command.upgrade(settings, version or 'head')
        except alembic_exc.CommandError as error:
            raise exception.InvalidInput(
                argument='version',
                reason=f'{error}; this release knows no later one than {HEAD}',
            ) from error
