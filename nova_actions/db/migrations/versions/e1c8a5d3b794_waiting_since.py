# SPDX-License-Identifier: Apache-2.0
"""Since when the oldest report of a reporter has been waiting."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from nova_actions.db.migrations import again

revision = 'e1c8a5d3b794'
down_revision = 'd4f7b1a9c286'

_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade() -> None:
    again.add_column('reporters', sa.Column('waiting_since', _TIME))
