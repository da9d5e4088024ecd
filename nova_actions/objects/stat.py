# SPDX-License-Identifier: Apache-2.0
"""Stat: how many actions or steps were alike, how they ended and how long
they took."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oslo_utils import timeutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import policies
from nova_actions.db.stat import count
from nova_actions.objects import base
from nova_actions.objects import completeness
from nova_actions.objects import gate
from nova_actions.objects import reach
from nova_actions.objects import stat_criteria

Row = Mapping[str, Any]

#: What an answer is from.
ROLLUPS = 'rollups'
ROWS = 'rows'
BOTH = 'rollups and rows'


@ovo.VersionedObjectRegistry.register
class Stat(base.ActionsObject):
    """A group of a statistic."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        # What it is counted by has a value, which may be None for a host or
        # a project that is not known.
        'action': ovo_fields.StringField(nullable=True),
        'event': ovo_fields.StringField(nullable=True),
        'host': ovo_fields.StringField(nullable=True),
        'project_id': ovo_fields.StringField(nullable=True),
        # In UTC: 2026-01-05, and 2026-01-05T12:00:00Z.
        'day': ovo_fields.StringField(nullable=True),
        'hour': ovo_fields.StringField(nullable=True),
        'count': ovo_fields.IntegerField(),
        'succeeded': ovo_fields.IntegerField(),
        'failed': ovo_fields.IntegerField(),
        'retried': ovo_fields.IntegerField(),
        'interrupted': ovo_fields.IntegerField(),
        'open': ovo_fields.IntegerField(),
        # Of what has ended, None where nothing has.
        'failure_rate': ovo_fields.FloatField(nullable=True),
        # Microseconds, None where nothing has ended.
        'p50': ovo_fields.IntegerField(nullable=True),
        'p95': ovo_fields.IntegerField(nullable=True),
        'p99': ovo_fields.IntegerField(nullable=True),
        'longest': ovo_fields.IntegerField(nullable=True),
    }

    @classmethod
    def of(cls, context: Any, group: Row) -> 'Stat':
        """Return a group of an answer as an object."""
        found = cls(context, **{name: group.get(name) for name in cls.fields})
        found.obj_reset_changes()
        return found


@ovo.VersionedObjectRegistry.register
class StatList(ovo.ObjectListBase[Stat], completeness.Complete):
    """A statistic, and how complete it is."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': ovo_fields.ListOfObjectsField(base.prefixed('Stat')),
        # One or two of stat_criteria.BY.
        'by': ovo_fields.ListOfStringsField(),
        # Whether steps are counted, not actions.
        'of_steps': ovo_fields.BooleanField(),
        # Whether there are more groups.
        'has_more': ovo_fields.BooleanField(),
        # ROLLUPS, ROWS or BOTH.
        'source': ovo_fields.StringField(),
        # Whether all that was to be read was there.
        'is_complete': ovo_fields.BooleanField(),
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
    ) -> 'StatList':
        """Count actions on a project's servers, or steps of them, in our own
        database.

        :param terms: the words of :data:`stat_criteria.WORDS`, each with a
            value, ``status`` and ``by`` with one or several
        :param limit: how many groups at the most, from 1; never more than
            :data:`gate.LIST_LIMIT`
        :raises InvalidInput: an unknown word, or a value that cannot be
        :raises StatTooLarge: it would read too much
        :raises PolicyNotAuthorized: the rule ``list`` refuses, or ``events``
            where hosts are asked for
        """
        return cls._count(context, reach.own_project(project_id), terms, limit)

    @classmethod
    @gate.remotable
    @gate.gated(policies.LIST_ALL_PROJECTS, gate.by_project)
    def get_by_terms_anywhere(
        cls,
        context: Any,
        terms: Mapping[str, Any],
        project_id: str | None = None,
        limit: int | None = None,
    ) -> 'StatList':
        """Count actions on everybody's servers, or on those of any project;
        the rest as of :meth:`get_by_terms`."""
        return cls._count(context, project_id, terms, limit)

    @classmethod
    def _count(
        cls,
        context: Any,
        project_id: str | None,
        terms: Mapping[str, Any],
        limit: int | None,
    ) -> 'StatList':
        limit = reach.limited(limit)
        asked_at = timeutils.utcnow()
        question, order, is_descending = stat_criteria.read(
            terms, asked_at, project_id
        )
        shows_hosts = reach.shows_hosts(
            context,
            project_id,
            'host' in {*question.by, *question.query.equal},
        )
        answer = _ask(context, question)
        groups = _sorted(answer.groups, question.by, order, is_descending)
        coverage = completeness.of(
            context, question.query, limit, asked_at, shows_hosts
        )
        found = cls(
            context,
            by=stat_criteria.words_of(question),
            objects=[Stat.of(context, group) for group in groups[:limit]],
            of_steps=question.of_steps,
            has_more=len(groups) > limit,
            source=_source(answer),
            is_complete=_is_complete(answer, coverage['purged_before']),
            **coverage,
        )
        found.obj_reset_changes()
        return found


def _ask(context: Any, question: count.Question) -> count.Answer:
    try:
        return count.ask(context, question)
    except exception.DatabaseTimeout:
        raise exception.StatTooLarge(
            reason='the database took too long ([api] database_timeout)'
        ) from None


def _source(answer: count.Answer) -> str:
    if answer.hours_from is None:
        return ROWS
    return ROLLUPS if answer.rows_from is None else BOTH


def _is_complete(
    answer: count.Answer, purged_before: datetime.datetime | None
) -> bool:
    """Tell whether nothing was purged that was to be read: of rows ever, of
    hours before anybody counted them."""
    return not any(
        first is not None and lost is not None and first < lost
        for first, lost in (
            (answer.rows_from, purged_before),
            (answer.hours_from, answer.lost_before),
        )
    )


def _sorted(
    groups: Iterable[Row], by: Sequence[str], order: str, is_descending: bool
) -> list[Row]:
    """Return groups in an order; what has no such value comes last, and
    those of the same value are in the order of their names."""
    named = sorted(
        groups, key=lambda group: [group[name] or '' for name in by]
    )
    return sorted(
        (group for group in named if group[order] is not None),
        key=lambda group: group[order],
        reverse=is_descending,
    ) + [group for group in named if group[order] is None]
