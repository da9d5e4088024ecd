# SPDX-License-Identifier: Apache-2.0
"""Change: one transition of an action or of a step, as the feed tells it."""

from collections.abc import Mapping
from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import policies
from nova_actions.db.change import feed
from nova_actions.db.search import signing_key
from nova_actions.objects import base
from nova_actions.objects import change_cursor
from nova_actions.objects import fields
from nova_actions.objects import gate
from nova_actions.objects import reach


@ovo.VersionedObjectRegistry.register
class Change(base.ActionsObject):
    """A transition."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        # One of db.change.kind.KINDS.
        'kind': ovo_fields.StringField(),
        'happened_at': fields.MicroDateTimeField(),
        # When the step or the action began that it is about.
        'start_time': fields.MicroDateTimeField(nullable=True),
        # The result of a step, the status of an action; None as it begins.
        'outcome': ovo_fields.StringField(nullable=True),
        'reason': ovo_fields.StringField(nullable=True),
        # Whose the server is.
        'project_id': ovo_fields.StringField(),
        'instance_uuid': ovo_fields.StringField(),
        'display_name': ovo_fields.StringField(nullable=True),
        'action_uuid': ovo_fields.StringField(),
        'action': ovo_fields.StringField(),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'user_id': ovo_fields.StringField(nullable=True),
        'event_uuid': ovo_fields.StringField(nullable=True),
        'event': ovo_fields.StringField(nullable=True),
        # None for who may not see it.
        'host': ovo_fields.StringField(nullable=True),
    }

    @classmethod
    def of(
        cls, context: Any, row: Mapping[str, Any], shows_host: bool
    ) -> 'Change':
        """Return a row of the feed as an object."""
        found = cls()
        found._take(
            context, {**row, 'host': row['host'] if shows_host else None}
        )
        return found


@ovo.VersionedObjectRegistry.register
class ChangeList(ovo.ObjectListBase[Change], base.ActionsObject):
    """Some changes, oldest first, and where to go on."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(base.prefixed('Change')),
        'cursor': ovo_fields.StringField(),
    }

    obj_relationships = {'objects': [('1.0', '1.0')]}

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST, gate.by_project)
    def get_by_cursor(
        cls,
        context: Any,
        project_id: str | None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> 'ChangeList':
        """Return what has happened on a project's servers since.

        :param cursor: that of the answer before; None returns no change, and
            the cursor of now
        :param limit: how many at the most, from 1; never more than
            :data:`gate.LIST_LIMIT`
        :raises InvalidInput: the cursor is none of ours
        :raises ChangesGone: some of that is not kept any more
        :raises PolicyNotAuthorized: the rule ``list`` refuses
        """
        return cls._since(
            context, reach.own_project(project_id), cursor, limit
        )

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST_ALL_PROJECTS, gate.by_project)
    def get_by_cursor_anywhere(
        cls,
        context: Any,
        cursor: str | None = None,
        project_id: str | None = None,
        limit: int | None = None,
    ) -> 'ChangeList':
        """Return what has happened on everybody's servers since, or on those
        of any project; the rest as of :meth:`get_by_cursor`."""
        return cls._since(context, project_id, cursor, limit)

    @classmethod
    def _since(
        cls,
        context: Any,
        project_id: str | None,
        cursor: str | None,
        limit: int | None,
    ) -> 'ChangeList':
        limit = reach.limited(limit)
        key = signing_key.get(context)
        page = (
            feed.Page([], feed.last(context))
            if cursor is None
            else (
                feed.page(
                    context,
                    change_cursor.unpack(key, cursor),
                    limit,
                    project_id,
                )
            )
        )
        shows_host = reach.shows_hosts(context, project_id)
        return base.as_list(
            cls,
            context,
            [Change.of(context, row, shows_host) for row in page.rows],
            cursor=change_cursor.pack(key, page.after),
        )
