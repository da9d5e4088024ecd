# SPDX-License-Identifier: Apache-2.0
"""ActionSummary: an action at a glance, as a search across servers finds
it."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import policies
from nova_actions.db.search import signing_key
from nova_actions.db.search import summary
from nova_actions.objects import base
from nova_actions.objects import completeness
from nova_actions.objects import criteria
from nova_actions.objects import cursor
from nova_actions.objects import fields
from nova_actions.objects import gate
from nova_actions.objects import reach

Row = Mapping[str, Any]


@ovo.VersionedObjectRegistry.register
class ActionSummary(base.ActionsObject):
    """An action at a glance."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'uuid': ovo_fields.StringField(),
        'instance_uuid': ovo_fields.StringField(),
        'server_name': ovo_fields.StringField(nullable=True),
        'action': ovo_fields.StringField(),
        'status': ovo_fields.StringField(),
        'request_id': ovo_fields.StringField(nullable=True),
        'global_request_id': ovo_fields.StringField(nullable=True),
        'user_id': ovo_fields.StringField(nullable=True),
        'user_name': ovo_fields.StringField(nullable=True),
        # Whose the server is; NULL while that is not known.
        'owner_id': ovo_fields.StringField(nullable=True),
        'start_time': fields.MicroDateTimeField(nullable=True),
        'finish_time': fields.MicroDateTimeField(nullable=True),
        'updated_at': fields.MicroDateTimeField(nullable=True),
        # Why it went wrong, one of sanitize.REASONS.
        'reason': ovo_fields.StringField(nullable=True),
        # Of the step that was tried most often.
        'attempts': ovo_fields.IntegerField(),
        # None for who may not see them.
        'hosts': ovo_fields.ListOfStringsField(nullable=True),
    }

    @classmethod
    def of(cls, context: Any, row: Row, shows_hosts: bool) -> 'ActionSummary':
        """Return a row of the search as an object."""
        found = cls()
        found._take(
            context,
            {
                **row,
                'owner_id': row['owner_id'] or None,
                'hosts': row['hosts'] if shows_hosts else None,
            },
        )
        return found


@ovo.VersionedObjectRegistry.register
class ActionSummaryList(
    ovo.ObjectListBase[ActionSummary], completeness.Complete
):
    """A page of a search, and how complete it is."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(
            base.prefixed('ActionSummary')
        ),
        # Where the next page begins, None when there is none.
        'cursor': ovo_fields.StringField(nullable=True),
    }

    obj_relationships = {'objects': [('1.0', '1.0')]}

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST, gate.by_project)
    def get_by_terms(
        cls,
        context: Any,
        project_id: str | None,
        terms: Mapping[str, Any],
        limit: int | None = None,
        cursor: str | None = None,
    ) -> 'ActionSummaryList':
        """Search the actions on a project's servers, in our own database.

        :param terms: the words of :data:`criteria.WORDS`, each with a value,
            ``status`` with one or several
        :param limit: how many at the most, from 1; never more than
            :data:`gate.LIST_LIMIT`
        :param cursor: that of the page before, asked for with the same terms
        :raises InvalidInput: an unknown word, a value that cannot be, or a
            cursor that is not from this search
        :raises PolicyNotAuthorized: the rule ``list`` refuses, or ``events``
            where a host is asked for
        """
        return cls._search(
            context, reach.own_project(project_id), terms, limit, cursor
        )

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST_ALL_PROJECTS, gate.by_project)
    def get_by_terms_anywhere(
        cls,
        context: Any,
        terms: Mapping[str, Any],
        project_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> 'ActionSummaryList':
        """Search the actions on everybody's servers, or on those of any
        project; the rest as of :meth:`get_by_terms`."""
        return cls._search(context, project_id, terms, limit, cursor)

    @classmethod
    def _search(
        cls,
        context: Any,
        project_id: str | None,
        terms: Mapping[str, Any],
        limit: int | None,
        start: str | None,
    ) -> 'ActionSummaryList':
        limit = reach.limited(limit)
        key = signing_key.get(context)
        search = {**terms, 'project': project_id}
        asked_at, after = timeutils.utcnow(), None
        if start is not None:
            asked_at, after = cursor.unpack(key, search, start)
        asked = criteria.read(terms, asked_at, project_id)
        shows_hosts = reach.shows_hosts(
            context, project_id, 'host' in asked.equal
        )
        rows, end = summary.find(context, asked, limit, after)
        return base.as_list(
            cls,
            context,
            [ActionSummary.of(context, row, shows_hosts) for row in rows],
            cursor=end
            and cursor.pack(key, search, cursor.Cursor(asked_at, end)),
            **completeness.of(context, asked, limit, asked_at, shows_hosts),
        )
