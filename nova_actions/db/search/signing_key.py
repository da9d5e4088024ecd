# SPDX-License-Identifier: Apache-2.0
"""The key that every API process signs cursors with."""

import sqlalchemy as sa

from nova_actions.db.engine import reader
from nova_actions.db.models import SIGNING_KEYS

_GET = sa.select(SIGNING_KEYS.c.secret).order_by(SIGNING_KEYS.c.id).limit(1)


@reader
def get(connection: sa.Connection) -> bytes:
    """Return the key; the migration that made its table has made it."""
    return bytes.fromhex(connection.execute(_GET).scalar_one())
