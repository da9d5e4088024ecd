# SPDX-License-Identifier: Apache-2.0
"""JSON schemas of the queries and answers of /v1/actions."""

from nova_actions import sanitize
from nova_actions.api import schemas
from nova_actions.api.behaviour import Behaviour
from nova_actions.api.schemas import Schema
from nova_actions.api.schemas import closed
from nova_actions.db import reporter
from nova_actions.db import status
from nova_actions.objects import criteria

_TEXTS: Schema = {'type': 'array', 'items': schemas.TEXT}

#: Control characters are not stored, so that none may be searched for.
_NAME: Schema = {**schemas.TEXT, 'pattern': schemas.PLAIN}

_TIME = (
    'ISO 8601 (UTC where it has no zone), or so long before now: 30m, 2h, 7d.'
)
_SPAN = 'A length of time: 90 or 90s, 30m, 2h, 7d, 2w.'

PARAMETERS: dict[str, Schema] = {
    'server': {**schemas.TEXT, 'description': 'The UUID of the server.'},
    'server_name': {
        **_NAME,
        'description': 'The whole name of the server.',
    },
    'action': {
        **_NAME,
        'description': 'What was asked for, as "reboot".',
    },
    'status': {
        **schemas.TEXT,
        'enum': list(status.STATUSES),
        'description': 'How it stands. May be given several times: one of '
        'them.',
    },
    'user_id': {**_NAME, 'description': 'Who asked for it.'},
    'host': {
        **_NAME,
        'description': 'Where a step of it ran; for who passes the '
        'rule "events". Host, event and reason are '
        'those of one and the same step.',
    },
    'event': {**_NAME, 'description': 'The name of a step of it.'},
    'reason': {
        **schemas.TEXT,
        'enum': list(sanitize.REASONS),
        'description': 'Why a step of it failed.',
    },
    'request_id': {
        **schemas.TEXT,
        'description': 'The id of the request that asked for it.',
    },
    'global_request_id': {
        **schemas.TEXT,
        'description': 'The id that the request had in other services.',
    },
    'started_after': {
        **schemas.TEXT,
        'description': f'It started then or later. {_TIME}',
    },
    'started_before': {
        **schemas.TEXT,
        'description': f'It started earlier. {_TIME}',
    },
    'updated_after': {
        **schemas.TEXT,
        'description': f'It last changed then or later. {_TIME}',
    },
    'updated_before': {
        **schemas.TEXT,
        'description': f'It last changed earlier. {_TIME}',
    },
    'min_duration': {
        **schemas.TEXT,
        'description': f'It took so long or longer. {_SPAN}',
    },
    'open_longer_than': {
        **schemas.TEXT,
        'description': f'It has been running for longer. {_SPAN}',
    },
    'sort': {
        **schemas.TEXT,
        'default': criteria.DEFAULT_SORT,
        'enum': [
            f'{name}{direction}'
            for name in criteria.SORTS
            for direction in ('', ':asc', ':desc')
        ],
        'description': 'The order. What has no such time comes last.',
    },
    'all_projects': {
        **schemas.TEXT,
        'enum': ['', 'true', 'false', '1', '0'],
        'description': 'Look in all projects; for who passes the rule '
        '"list:all_projects". Without a value it is true.',
    },
    'project_id': {
        **_NAME,
        'description': 'Look in that project; for who passes the '
        'rule "list:all_projects".',
    },
    'limit': {
        **schemas.PARAMETERS['limit'],
        'pattern': schemas.POSITIVE,
        'description': 'How many actions at the most, from 1; 50 by '
        'default, cut at [api] max_limit.',
    },
    'cursor': {
        **schemas.TEXT,
        'description': 'That of a next link, with the same '
        'parameters; "limit" may be another.',
    },
}
#: May be given more than once.
_SEVERAL = ('status',)

SUMMARY_FIELDS: dict[str, Schema] = {
    'uuid': {**schemas.TEXT, 'description': 'The action.'},
    'server': {**schemas.TEXT, 'description': "The server's UUID."},
    'server_name': {
        **schemas.TEXT_OR_NULL,
        'description': 'Its name, if known.',
    },
    'action': {**schemas.TEXT, 'description': 'What was asked for.'},
    'status': {
        **schemas.TEXT,
        'enum': list(status.STATUSES),
        'description': 'How it stands.',
    },
    'started_at': {
        **schemas.TIME_OR_NULL,
        'description': 'When it was asked for.',
    },
    'finished_at': {
        **schemas.TIME_OR_NULL,
        'description': 'When it ended; null while it runs.',
    },
    'updated_at': {
        **schemas.TIME_OR_NULL,
        'description': 'When it last changed.',
    },
    'duration': {
        **schemas.SECONDS,
        'description': 'Seconds; null while it runs.',
    },
    'user_id': {
        **schemas.TEXT_OR_NULL,
        'description': 'Who asked; null for the system.',
    },
    'user_name': {
        **schemas.TEXT_OR_NULL,
        'description': 'The name of that user at that time, if known.',
    },
    'project_id': {
        **schemas.TEXT_OR_NULL,
        'description': "The server's project; null while it is not known.",
    },
    'request_id': {
        **schemas.TEXT_OR_NULL,
        'description': 'The id of the request that asked.',
    },
    'global_request_id': {
        **schemas.TEXT_OR_NULL,
        'description': 'The id that it had in other services.',
    },
    'reason': {
        **schemas.TEXT_OR_NULL,
        'description': 'Why it went wrong, in a word; else null.',
    },
    'attempts': {
        **schemas.COUNT,
        'description': 'How often the step was tried that was tried most.',
    },
    'hosts': {
        **_TEXTS,
        'description': 'Where its steps ran; for who passes '
        'the rule "events".',
    },
}

STEP_FIELDS: dict[str, Schema] = {
    'uuid': {**schemas.TEXT_OR_NULL, 'description': 'The step.'},
    'event': {**schemas.TEXT, 'description': 'Its name.'},
    'started_at': {**schemas.TIME_OR_NULL, 'description': 'When it began.'},
    'finished_at': {
        **schemas.TIME_OR_NULL,
        'description': 'When it ended; null while it runs.',
    },
    'duration': {
        **schemas.SECONDS,
        'description': 'Seconds; null while it runs.',
    },
    'result': {
        **schemas.TEXT_OR_NULL,
        'description': '"Success", "Error" or "Interrupted"; null '
        'while it runs.',
    },
    'reason': {
        **schemas.TEXT_OR_NULL,
        'description': 'Why it failed, in a word.',
    },
    'attempt': {
        **schemas.COUNT,
        'description': 'Which attempt at that step it is, from 1.',
    },
    'gap': {
        **schemas.SECONDS,
        'description': 'Seconds from the last end before it to its '
        'beginning; 0 where they overlap, null of the '
        'first.',
    },
    'host': {
        **schemas.TEXT,
        'description': 'Where it ran; for who passes the rule "events".',
    },
    'error_type': {
        **schemas.TEXT,
        'description': 'The class of the error; for who '
        'passes the rule "events".',
    },
    'details': {
        **schemas.TEXT,
        'description': 'What was said of the error; for who '
        'passes the rule "events:details".',
    },
    'causes': {
        'type': 'array',
        'items': closed({'error_type': schemas.TEXT, 'message': schemas.TEXT}),
        'description': 'The errors that caused it, the nearest first; for '
        'who passes the rule "events:details".',
    },
    'traceback': {
        **schemas.TEXT,
        'description': 'Where it failed, with the errors '
        'that caused it; for who passes '
        'the rule "events".',
    },
}

_USUAL: Schema = {
    **closed(
        {
            'p50': schemas.SECONDS,
            'p95': schemas.SECONDS,
            'count': schemas.COUNT,
        }
    ),
    'type': ['object', 'null'],
    'description': 'While it runs: the seconds that the newest actions of '
    'its kind took that went well, at most 1,000.',
}
_ALIKE: Schema = {
    **closed(
        {
            'count': schemas.COUNT,
            'hours': schemas.COUNT,
            'hosts': {'type': 'object', 'additionalProperties': schemas.COUNT},
        },
        optional=('hosts',),
    ),
    'type': ['object', 'null'],
    'description': 'Of one that went wrong: how many others of its kind did '
    'for the same reason, at most 1,000, and where, for who '
    'passes the rule "events".',
}

WINDOW = closed(
    dict.fromkeys(
        ('started_after', 'started_before', 'updated_after', 'updated_before'),
        schemas.TIME_OR_NULL,
    )
)
COMPLETENESS = closed(
    {
        'limit': {
            **schemas.COUNT,
            'description': 'How many there were to be at the most.',
        },
        'asked_at': {
            'type': 'string',
            'format': 'date-time',
            'description': 'When the first page was asked for; what '
            'relative times count from.',
        },
        'window': WINDOW,
        'purged_before': {
            **schemas.TIME_OR_NULL,
            'description': 'What was created before that may be gone.',
        },
        'follow_lag': {
            **schemas.SECONDS,
            'description': 'By how many seconds the copy of a followed cell '
            'is behind, of the one that is most behind; null where '
            'none is followed.',
        },
        'silent_cell_count': {
            **schemas.COUNT,
            'description': 'How many followed cells are not copied '
            'now, or late.',
        },
        'silent_host_count': {
            **schemas.COUNT,
            'description': 'How many hosts have a reporter that has sent no '
            f'heartbeat for {reporter.SILENCE.total_seconds():g} seconds.',
        },
        'silent_cells': {
            **_TEXTS,
            'description': 'Their names; for who passes the rule "events".',
        },
        'silent_hosts': {
            **_TEXTS,
            'description': 'Their names; for who passes the rule "events".',
        },
    },
    optional=('silent_cells', 'silent_hosts'),
)


def list_query(_rules: Behaviour) -> Schema:
    """The query that finds actions."""
    return schemas.query(PARAMETERS, _SEVERAL)


def list_answer(_rules: Behaviour) -> Schema:
    """A page of actions, and how complete it is."""
    return closed(
        {
            'actions': {
                'type': 'array',
                'items': closed(SUMMARY_FIELDS, optional=('hosts',)),
            },
            'links': schemas.LINKS,
            'completeness': COMPLETENESS,
        }
    )


def show_query(_rules: Behaviour) -> Schema:
    """The query of one action: which of its steps."""
    items = {
        'limit': {
            **schemas.PARAMETERS['limit'],
            'description': 'How many steps at the most, from 1; 200 by '
            'default, cut at [api] max_limit.',
        },
        'marker': {
            **schemas.TEXT,
            'minLength': 1,
            'maxLength': 255,
            'description': 'The uuid of the last step of the page before.',
        },
    }
    return schemas.query(items)


def show_answer(_rules: Behaviour) -> Schema:
    """One action, with a page of its steps."""
    step = closed(
        STEP_FIELDS,
        optional=('host', 'error_type', 'details', 'causes', 'traceback'),
    )
    return closed(
        {
            'action': closed(
                {
                    **SUMMARY_FIELDS,
                    'events': {'type': 'array', 'items': step},
                    'usual': _USUAL,
                    'alike': _ALIKE,
                },
                optional=('hosts',),
            ),
            'links': schemas.LINKS,
        }
    )
