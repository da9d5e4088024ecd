# SPDX-License-Identifier: Apache-2.0
"""How the query of /v1/changes looks, and its answer."""

from nova_actions.api import changes
from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api.behaviour import Behaviour
from nova_actions.api.schemas import Schema
from nova_actions.api.schemas import closed
from nova_actions.db.change import kind

PARAMETERS: dict[str, Schema] = {
    'after': {
        **schemas.TEXT,
        'description': 'The cursor of the answer before. Without it the '
        'answer has no change, and the cursor of now.',
    },
    'wait': {
        **schemas.PARAMETERS['limit'],
        'description': 'How many seconds to wait where nothing has happened '
        f'yet; 0 by default, cut at {changes.MAX_WAIT}.',
    },
    'limit': {
        **search_schemas.PARAMETERS['limit'],
        'description': 'How many changes at the most, from 1; '
        f'{changes.DEFAULT_LIMIT} by default, cut at [api] '
        'max_limit.',
    },
    **{
        name: search_schemas.PARAMETERS[name]
        for name in ('all_projects', 'project_id')
    },
}

FIELDS: dict[str, Schema] = {
    'kind': {
        **schemas.TEXT,
        'enum': list(kind.KINDS),
        'description': 'What happened: the action or a step of it '
        'began or ended; or was closed, since nobody '
        'told how it ended.',
    },
    'at': {**schemas.TEXT, 'format': 'date-time', 'description': 'When.'},
    'started_at': {
        **schemas.TEXT_OR_NULL,
        'format': 'date-time',
        'description': 'When the action or the step began.',
    },
    'outcome': {
        **schemas.TEXT_OR_NULL,
        'description': 'Of an action that ended its status, of a '
        'step its result; null as it begins.',
    },
    'reason': {
        **schemas.TEXT_OR_NULL,
        'description': 'Why a step went wrong, or an action: '
        'as its last such step; else null.',
    },
    **{
        name: search_schemas.SUMMARY_FIELDS[name]
        for name in ('server', 'server_name')
    },
    'project_id': {**schemas.TEXT, 'description': "The server's project."},
    **{
        name: search_schemas.SUMMARY_FIELDS[name]
        for name in ('user_id', 'action')
    },
    'action_uuid': search_schemas.SUMMARY_FIELDS['uuid'],
    'event': {
        **schemas.TEXT_OR_NULL,
        'description': 'The name of the step; null where it is the action.',
    },
    'event_uuid': {**schemas.TEXT_OR_NULL, 'description': 'The step.'},
    **{
        name: search_schemas.SUMMARY_FIELDS[name]
        for name in ('request_id', 'global_request_id')
    },
    'host': {
        **schemas.TEXT,
        'description': 'Where the step ran; for who passes the rule "events".',
    },
}


def query(_rules: Behaviour) -> Schema:
    """The query that asks what has happened."""
    return schemas.query(PARAMETERS)


def answer(_rules: Behaviour) -> Schema:
    """Some changes, and where to go on."""
    return closed(
        {
            'changes': {
                'type': 'array',
                'items': closed(FIELDS, optional=('host',)),
            },
            'cursor': {
                **schemas.TEXT,
                'description': 'What to give as "after" next. It '
                'is another one each time.',
            },
        }
    )
