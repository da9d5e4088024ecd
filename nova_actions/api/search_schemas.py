# SPDX-License-Identifier: Apache-2.0
"""JSON schemas of the queries and answers of /v1/actions."""

from nova_actions import sanitize
from nova_actions.api import schemas
from nova_actions.api.behaviour import Behaviour
from nova_actions.api.schemas import Schema
from nova_actions.api.schemas import closed
from nova_actions.db import status
from nova_actions.objects import criteria

_TEXT: Schema = {'type': 'string'}
_TEXT_OR_NULL: Schema = {'type': ['string', 'null']}
_TIME_OR_NULL: Schema = {'type': ['string', 'null'], 'format': 'date-time'}
_NUMBER_OR_NULL: Schema = {'type': ['number', 'null'], 'minimum': 0}
_COUNT: Schema = {'type': 'integer', 'minimum': 0}
_TEXTS: Schema = {'type': 'array', 'items': _TEXT}

_TIME = (
    'ISO 8601 (UTC where it has no zone), or so long before now: 30m, 2h, 7d.'
)
_SPAN = 'A length of time: 90 or 90s, 30m, 2h, 7d, 2w.'

PARAMETERS: dict[str, Schema] = {
    'server': {**_TEXT, 'description': 'The UUID of the server.'},
    'server_name': {**_TEXT, 'description': 'The whole name of the server.'},
    'action': {**_TEXT, 'description': 'What was asked for, as "reboot".'},
    'status': {
        **_TEXT,
        'enum': list(status.STATUSES),
        'description': 'How it stands. May be given several times: one of '
        'them.',
    },
    'user_id': {**_TEXT, 'description': 'Who asked for it.'},
    'host': {
        **_TEXT,
        'description': 'Where a step of it ran; for who passes the '
        'rule "events". Host, event and reason are '
        'those of one and the same step.',
    },
    'event': {**_TEXT, 'description': 'The name of a step of it.'},
    'reason': {
        **_TEXT,
        'enum': list(sanitize.REASONS),
        'description': 'Why a step of it failed.',
    },
    'request_id': {
        **_TEXT,
        'description': 'The id of the request that asked for it.',
    },
    'global_request_id': {
        **_TEXT,
        'description': 'The id that the request had in other services.',
    },
    'started_after': {
        **_TEXT,
        'description': f'It started then or later. {_TIME}',
    },
    'started_before': {**_TEXT, 'description': f'It started earlier. {_TIME}'},
    'updated_after': {
        **_TEXT,
        'description': f'It last changed then or later. {_TIME}',
    },
    'updated_before': {
        **_TEXT,
        'description': f'It last changed earlier. {_TIME}',
    },
    'min_duration': {
        **_TEXT,
        'description': f'It took so long or longer. {_SPAN}',
    },
    'open_longer_than': {
        **_TEXT,
        'description': f'It has been running for longer. {_SPAN}',
    },
    'sort': {
        **_TEXT,
        'default': criteria.DEFAULT_SORT,
        'enum': [
            f'{name}{direction}'
            for name in criteria.SORTS
            for direction in ('', ':asc', ':desc')
        ],
        'description': 'The order. What has no such time comes last.',
    },
    'all_projects': {
        **_TEXT,
        'enum': ['', 'true', 'false', '1', '0'],
        'description': 'Look in all projects; for who passes the rule '
        '"list:all_projects". Without a value it is true.',
    },
    'project_id': {
        **_TEXT,
        'description': 'Look in that project; for who passes the '
        'rule "list:all_projects".',
    },
    'limit': {
        **schemas.PARAMETERS['limit'],
        'description': 'How many actions at the most, from 1; 50 by '
        'default, cut at [api] max_limit.',
    },
    'cursor': {
        **_TEXT,
        'description': 'That of a next link, with the same '
        'parameters; "limit" may be another.',
    },
}
#: May be given more than once.
_SEVERAL = ('status',)

SUMMARY_FIELDS: dict[str, Schema] = {
    'uuid': {**_TEXT, 'description': 'The action.'},
    'server': {**_TEXT, 'description': "The server's UUID."},
    'server_name': {**_TEXT_OR_NULL, 'description': 'Its name, if known.'},
    'action': {**_TEXT, 'description': 'What was asked for.'},
    'status': {
        **_TEXT,
        'enum': list(status.STATUSES),
        'description': 'How it stands.',
    },
    'started_at': {**_TIME_OR_NULL, 'description': 'When it was asked for.'},
    'finished_at': {
        **_TIME_OR_NULL,
        'description': 'When it ended; null while it runs.',
    },
    'updated_at': {**_TIME_OR_NULL, 'description': 'When it last changed.'},
    'duration': {
        **_NUMBER_OR_NULL,
        'description': 'Seconds; null while it runs.',
    },
    'user_id': {
        **_TEXT_OR_NULL,
        'description': 'Who asked; null for the system.',
    },
    'user_name': {
        **_TEXT_OR_NULL,
        'description': 'The name that he had then, if known.',
    },
    'project_id': {
        **_TEXT_OR_NULL,
        'description': "The server's project; null while it is not known.",
    },
    'request_id': {
        **_TEXT_OR_NULL,
        'description': 'The id of the request that asked.',
    },
    'global_request_id': {
        **_TEXT_OR_NULL,
        'description': 'The id that it had in other services.',
    },
    'reason': {
        **_TEXT_OR_NULL,
        'description': 'Why it went wrong, in a word; else null.',
    },
    'attempts': {
        **_COUNT,
        'description': 'How often the step was tried that was tried most.',
    },
    'hosts': {
        **_TEXTS,
        'description': 'Where its steps ran; for who passes '
        'the rule "events".',
    },
}

STEP_FIELDS: dict[str, Schema] = {
    'uuid': {**_TEXT_OR_NULL, 'description': 'The step.'},
    'event': {**_TEXT, 'description': 'Its name.'},
    'started_at': {**_TIME_OR_NULL, 'description': 'When it began.'},
    'finished_at': {
        **_TIME_OR_NULL,
        'description': 'When it ended; null while it runs.',
    },
    'duration': {
        **_NUMBER_OR_NULL,
        'description': 'Seconds; null while it runs.',
    },
    'result': {
        **_TEXT_OR_NULL,
        'description': '"Success", "Error" or "Interrupted"; null '
        'while it runs.',
    },
    'reason': {**_TEXT_OR_NULL, 'description': 'Why it failed, in a word.'},
    'attempt': {
        **_COUNT,
        'description': 'The how manieth step of that name it is.',
    },
    'gap': {
        **_NUMBER_OR_NULL,
        'description': 'Seconds from the last end before it to its '
        'beginning; 0 where they overlap, null of the '
        'first.',
    },
    'host': {
        **_TEXT,
        'description': 'Where it ran; for who passes the rule "events".',
    },
    'error_type': {
        **_TEXT,
        'description': 'The class of the error; for who '
        'passes the rule "events".',
    },
    'details': {
        **_TEXT,
        'description': 'What was said of the error; for who '
        'passes the rule "events:details".',
    },
    'causes': {
        'type': 'array',
        'items': closed({'error_type': _TEXT, 'message': _TEXT}),
        'description': 'The errors that caused it, the nearest first; for '
        'who passes the rule "events:details".',
    },
    'traceback': {
        **_TEXT,
        'description': 'Where it failed, with the errors '
        'that caused it; for who passes '
        'the rule "events".',
    },
}

_USUAL: Schema = {
    **closed(
        {'p50': _NUMBER_OR_NULL, 'p95': _NUMBER_OR_NULL, 'count': _COUNT}
    ),
    'type': ['object', 'null'],
    'description': 'While it runs: the seconds that the newest actions of '
    'its kind took that went well, at most 1,000.',
}
_ALIKE: Schema = {
    **closed(
        {
            'count': _COUNT,
            'hours': _COUNT,
            'hosts': {'type': 'object', 'additionalProperties': _COUNT},
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
        _TIME_OR_NULL,
    )
)
COMPLETENESS = closed(
    {
        'limit': {
            **_COUNT,
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
            **_TIME_OR_NULL,
            'description': 'What was created before that may be gone.',
        },
        'follow_lag': {
            **_NUMBER_OR_NULL,
            'description': 'By how many seconds the copy of a followed cell '
            'is behind, of the one that is most behind; null where '
            'none is followed.',
        },
        'silent_cell_count': {
            **_COUNT,
            'description': 'How many followed cells are not copied '
            'now, or late.',
        },
        'silent_host_count': {
            **_COUNT,
            'description': 'How many hosts have a reporter that has '
            'not been heard of for five minutes.',
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
    return {
        'type': 'object',
        'properties': {
            name: {
                'type': 'array',
                'items': item,
                **({} if name in _SEVERAL else {'maxItems': 1}),
            }
            for name, item in PARAMETERS.items()
        },
        'additionalProperties': False,
    }


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
            **_TEXT,
            'description': 'The uuid of the last step of the page before.',
        },
    }
    return {
        'type': 'object',
        'properties': {
            name: {'type': 'array', 'items': item, 'maxItems': 1}
            for name, item in items.items()
        },
        'additionalProperties': False,
    }


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
