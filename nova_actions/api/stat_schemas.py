# SPDX-License-Identifier: Apache-2.0
"""How the query of /v1/stats looks, and its answer."""

from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api import stat_views
from nova_actions.api.behaviour import Behaviour
from nova_actions.api.schemas import Schema
from nova_actions.api.schemas import closed
from nova_actions.objects import gate
from nova_actions.objects import stat
from nova_actions.objects import stat_criteria

PARAMETERS: dict[str, Schema] = {
    'by': {
        **schemas.TEXT,
        'enum': list(stat_criteria.BY),
        'default': stat_criteria.DEFAULT_BY[0],
        'description': 'What to count by, once or twice. Days and hours are '
        'in UTC. By host is for who passes the rule '
        '"events".',
    },
    **{
        name: values
        for name, values in search_schemas.PARAMETERS.items()
        if name not in ('cursor', 'limit', 'sort')
    },
    'sort': {
        **schemas.TEXT,
        'enum': [
            f'{name}{direction}'
            for name in stat_criteria.SORTS
            for direction in ('', ':asc', ':desc')
        ],
        'description': 'The order: by a number, the most first, or by one of '
        'what is counted by. By default by the day or the '
        'hour, else by count.',
    },
    'limit': {
        **search_schemas.PARAMETERS['limit'],
        'description': 'How many groups at the most, from 1; '
        f'{gate.LIST_LIMIT} by default, cut at [api] '
        'max_limit.',
    },
}
#: May be given more than once.
_SEVERAL = ('by', 'status')

_GROUP: dict[str, Schema] = {
    'count': {**schemas.COUNT, 'description': 'How many there are.'},
    'succeeded': {
        **schemas.COUNT,
        'description': 'How many ended well, also after a retry.',
    },
    'failed': {**schemas.COUNT, 'description': 'How many failed.'},
    'retried': {
        **schemas.COUNT,
        'description': 'How many actions succeeded after a retry; of steps, '
        'how many were another attempt of their action at the '
        'same. They count as what they ended as, too.',
    },
    'interrupted': {
        **schemas.COUNT,
        'description': 'Of how many nobody told how they ended.',
    },
    'open': {**schemas.COUNT, 'description': 'How many run.'},
    'failure_rate': {
        'type': ['number', 'null'],
        'minimum': 0,
        'maximum': 1,
        'description': 'Which part failed of what ended; null where nothing '
        'has.',
    },
    **{
        name: {
            **schemas.SECONDS,
            'description': 'Seconds, of what ended; a percentile to within 1 '
            '%, the maximum exact. Null where nothing has ended.',
        }
        for name in stat_views.DURATIONS
    },
}


def query(_rules: Behaviour) -> Schema:
    """The query that asks for statistics."""
    return schemas.query(PARAMETERS, _SEVERAL)


def answer(_rules: Behaviour) -> Schema:
    """Some groups, and how complete they are."""
    by = {
        name: {
            'type': ['string', 'null'],
            'description': 'There where it is counted by.',
        }
        for name in stat_criteria.BY
    }
    return closed(
        {
            'stats': {
                'type': 'array',
                'items': closed({**by, **_GROUP}, optional=tuple(by)),
            },
            'counted': {
                **schemas.TEXT,
                'enum': [stat_views.ACTIONS, stat_views.STEPS],
                'description': 'What is counted: steps where "event", '
                '"host" or "reason" is asked for.',
            },
            'more': {
                'type': 'boolean',
                'description': 'Whether there are more groups than "limit".',
            },
            'window': search_schemas.WINDOW,
            'complete': {
                'type': 'boolean',
                'description': 'Whether nothing was purged that was to be '
                'read.',
            },
            'source': {
                **schemas.TEXT,
                'enum': [stat.ROLLUPS, stat.ROWS, stat.BOTH],
                'description': 'What the answer is from: what was counted '
                'by the hour, the rows, or either for a '
                'part of the time.',
            },
            'completeness': search_schemas.COMPLETENESS,
        }
    )
