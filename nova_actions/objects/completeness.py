# SPDX-License-Identifier: Apache-2.0
"""The fields of a list that say how complete it is."""

import datetime
from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions.cells import coverage
from nova_actions.context import RequestContext
from nova_actions.db.search.query import Query
from nova_actions.objects import base
from nova_actions.objects import fields


@ovo.VersionedObjectRegistry.objectify
class Complete(base.ActionsObject):
    """Base of a list that says how complete it is."""

    fields = {
        # The maximum number of items asked for.
        'limit': ovo_fields.IntegerField(),
        # What relative times count from.
        'asked_at': fields.MicroDateTimeField(),
        'started_after': fields.MicroDateTimeField(nullable=True),
        'started_before': fields.MicroDateTimeField(nullable=True),
        'updated_after': fields.MicroDateTimeField(nullable=True),
        'updated_before': fields.MicroDateTimeField(nullable=True),
        'purged_before': fields.MicroDateTimeField(nullable=True),
        # Seconds; None when no cell is followed.
        'follow_lag': ovo_fields.IntegerField(nullable=True),
        'silent_cell_count': ovo_fields.IntegerField(),
        'silent_host_count': ovo_fields.IntegerField(),
        # None for callers who may not see them.
        'silent_cells': ovo_fields.ListOfStringsField(nullable=True),
        'silent_hosts': ovo_fields.ListOfStringsField(nullable=True),
    }


def of(
    context: RequestContext,
    asked: Query,
    limit: int,
    asked_at: datetime.datetime,
    shows_hosts: bool,
) -> dict[str, Any]:
    """Return the values of these fields.

    :param asked_at: what relative times count from, naive UTC
    :param shows_hosts: whether the caller may see names of hosts and cells
    """
    found = coverage.get(context)
    return {
        'limit': limit,
        'asked_at': asked_at,
        **{
            f'{name}_{side}': time
            for name, window in (
                ('started', asked.started),
                ('updated', asked.updated),
            )
            for side, time in zip(('after', 'before'), window, strict=True)
        },
        'purged_before': found.purged_before,
        'follow_lag': found.follow_lag,
        'silent_cell_count': len(found.silent_cells),
        'silent_host_count': len(found.silent_hosts),
        'silent_cells': list(found.silent_cells) if shows_hosts else None,
        'silent_hosts': list(found.silent_hosts) if shows_hosts else None,
    }
