# SPDX-License-Identifier: Apache-2.0
"""How far back the record goes: older rows may have been purged."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from nova_actions import exception
from nova_actions.context import RequestContext
from nova_actions.db.engine import writer
from nova_actions.db.models import HORIZONS

#: The id of the one row.
_ID = 1


def raise_to(context: RequestContext, before: datetime.datetime) -> None:
    """Note that rows created before that time are being purged."""
    try:
        _raise_to(context, before)
    except exception.Conflict:
        # Another purge has just made the row.
        _raise_to(context, before)


@writer
def _raise_to(session: orm.Session, before: datetime.datetime) -> None:
    if session.execute(sa.select(HORIZONS.c.id)).first() is None:
        session.execute(sa.insert(HORIZONS).values(id=_ID, before=before))
    session.execute(
        sa.update(HORIZONS)
        .where(HORIZONS.c.before < before)
        .values(before=before)
        .execution_options(synchronize_session=False)
    )
