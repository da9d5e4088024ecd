# SPDX-License-Identifier: Apache-2.0
"""Alembic's environment: the connection is handed in by db.migration."""

from alembic import context

from nova_actions.db import models

VERSION_TABLE = 'alembic_version_nova_actions'


def run() -> None:
    connection = context.config.attributes['connection']
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        version_table=VERSION_TABLE,
        compare_type=True,
        render_as_batch=connection.dialect.name == 'sqlite',
    )
    with context.begin_transaction():
        context.run_migrations()


run()
