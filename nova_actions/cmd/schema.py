# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage db`` that concern the schema."""

from typing import Any

from nova_actions.cmd import failure
from nova_actions.db import migration


def db_sync(args: Any) -> int:
    """Bring the schema to a version."""
    before = migration.db_version()
    migration.db_sync(args.version)
    after = migration.db_version()
    if before == after:
        print(f'The schema is at {after}; nothing to do.')
    else:
        print(f'The schema went from {before or "nothing"} to {after}.')
    return failure.OK


def db_version(args: Any) -> int:
    """Print the schema's version and the newest one."""
    print(f'{migration.db_version() or "none"} (newest: {migration.HEAD})')
    return failure.OK
