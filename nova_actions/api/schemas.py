# SPDX-License-Identifier: Apache-2.0
"""JSON schemas of queries and responses, for each microversion.

Fields and parameters are described once; :mod:`nova_actions.api.behaviour`
says which of them a microversion has.
"""

from typing import Any

from nova_actions.api import behaviour
from nova_actions.api.behaviour import Behaviour

#: A JSON schema, or a part of one.
Schema = dict[str, Any]

# Nova's times have no zone (they are UTC), so "date-time" would be wrong.
_TIME_PATTERN = (
    r'^[0-9]{4}-[0-9]{2}-[0-9]{2}'
    r'T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}$'
)
_TIME = {'type': 'string', 'pattern': _TIME_PATTERN}
_TIME_OR_NULL = {'type': ['string', 'null'], 'pattern': _TIME_PATTERN}
_TIME_ASKED = {'type': 'string', 'format': 'date-time'}
_TEXT_OR_NULL = {'type': ['string', 'null']}

ACTION_FIELDS: dict[str, Schema] = {
    'action': {'type': 'string', 'description': 'What was asked for.'},
    'instance_uuid': {
        'type': 'string',
        'format': 'uuid',
        'description': 'The server.',
    },
    'request_id': {
        'type': 'string',
        'description': 'The id of the request that asked for it.',
    },
    'user_id': {
        **_TEXT_OR_NULL,
        'description': 'The user who asked for it; null for the system.',
    },
    'project_id': {
        **_TEXT_OR_NULL,
        'description': 'The project of that user; null for the system.',
    },
    'start_time': {**_TIME, 'description': 'When it was asked for, UTC.'},
    'message': {
        **_TEXT_OR_NULL,
        'description': '"Error" when it failed, else null.',
    },
    'updated_at': {
        **_TIME_OR_NULL,
        'description': 'When it last changed, UTC.',
    },
}

EVENT_FIELDS: dict[str, Schema] = {
    'event': {'type': 'string', 'description': 'The name of the step.'},
    'start_time': {**_TIME, 'description': 'When it began, UTC.'},
    'finish_time': {
        **_TIME_OR_NULL,
        'description': 'When it ended, UTC; null if open.',
    },
    'result': {
        **_TEXT_OR_NULL,
        'description': '"Success" or "Error"; null if open.',
    },
    'traceback': {
        **_TEXT_OR_NULL,
        'description': 'Where it failed; needs the rule "events".',
    },
    'host': {
        **_TEXT_OR_NULL,
        'description': 'Where it ran; needs the rule "events".',
    },
    'hostId': {
        'type': 'string',
        'description': 'A hash that stands for the host; empty without one.',
    },
    'details': {
        **_TEXT_OR_NULL,
        'description': 'Why it failed; needs the rule "events:details".',
    },
}

#: fields that depend on the caller's rights as well as on the microversion
GUARDED_FIELDS = ('traceback', 'host', 'details')

#: Shapes that the answers of /v1 have in common.
TEXT: Schema = {'type': 'string'}
TEXT_OR_NULL: Schema = {'type': ['string', 'null']}
TIME_OR_NULL: Schema = {'type': ['string', 'null'], 'format': 'date-time'}
SECONDS: Schema = {'type': ['number', 'null'], 'minimum': 0}
COUNT: Schema = {'type': 'integer', 'minimum': 0}

#: Patterns of query parameters; :mod:`query` says what is wrong otherwise.
NUMBER = '^[0-9]+$'
POSITIVE = '^0*[1-9][0-9]*$'
PLAIN = r'^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$'

PARAMETERS: dict[str, Schema] = {
    'limit': {
        'type': 'string',
        'pattern': NUMBER,
        'maxLength': 4300,
        'description': 'The maximum number of actions, up to [api] max_limit.',
    },
    'marker': {
        'type': 'string',
        'description': 'The request id of the last action of the previous '
        'page.',
    },
    'changes-since': {
        **_TIME_ASKED,
        'description': 'Only actions that changed then or later.',
    },
    'changes-before': {
        **_TIME_ASKED,
        'description': 'Only actions that changed then or earlier.',
    },
}

LINKS: Schema = {
    'type': 'array',
    'items': {
        'type': 'object',
        'properties': {
            'rel': {'type': 'string'},
            'href': {'type': 'string', 'format': 'uri'},
            'type': {'type': 'string'},
        },
        'required': ['rel', 'href'],
        'additionalProperties': False,
    },
}


def closed(
    properties: dict[str, Schema], optional: tuple[str, ...] = ()
) -> Schema:
    """Return the schema of an object with these properties and no others."""
    return {
        'type': 'object',
        'properties': properties,
        'required': [name for name in properties if name not in optional],
        'additionalProperties': False,
    }


def query(
    parameters: dict[str, Schema],
    several: tuple[str, ...] = (),
    strict: bool = True,
) -> Schema:
    """Return a query: a mapping of names to lists of values.

    :param parameters: what one value of each is
    :param several: which may be given more than once
    :param strict: whether there may be no other
    """
    return {
        'type': 'object',
        'properties': {
            name: {
                'type': 'array',
                'items': item,
                **({} if name in several else {'maxItems': 1}),
            }
            for name, item in parameters.items()
        },
        'additionalProperties': not strict,
    }


def _query(names: tuple[str, ...], strict: bool) -> Schema:
    return query({name: PARAMETERS[name] for name in names}, strict=strict)


def any_query(_rules: Behaviour) -> Schema:
    """The query of a document, which ignores all parameters."""
    return _query((), strict=False)


def list_query(rules: Behaviour) -> Schema:
    """The query of the list of actions."""
    return _query(rules.list_parameters, rules.list_strict)


def show_query(rules: Behaviour) -> Schema:
    """The query of one action."""
    return _query((), rules.show_strict)


def _action(rules: Behaviour) -> dict[str, Schema]:
    return {name: ACTION_FIELDS[name] for name in rules.action_fields}


def list_answer(rules: Behaviour) -> Schema:
    """The answer of the list of actions."""
    properties = {
        'instanceActions': {'type': 'array', 'items': closed(_action(rules))}
    }
    if 'limit' in rules.list_parameters:
        properties['links'] = LINKS
    return closed(properties, optional=('links',))


def show_answer(rules: Behaviour) -> Schema:
    """The answer of one action."""
    event = closed(
        {name: EVENT_FIELDS[name] for name in rules.event_fields},
        optional=GUARDED_FIELDS,
    )
    action = _action(rules)
    action['events'] = {'type': 'array', 'items': event}
    return closed(
        {
            'instanceAction': closed(
                action, optional=() if rules.owner_sees_events else ('events',)
            )
        }
    )


_SERVER: dict[str, Schema] = {
    'id': {'type': 'string', 'format': 'uuid', 'description': 'The server.'},
    'name': {**_TEXT_OR_NULL, 'description': 'Its name.'},
    'links': LINKS,
}

#: What clients need of a server. Values that are unknown here are empty.
_DETAILS: dict[str, Schema] = {
    'status': {
        'type': 'string',
        'enum': ['UNKNOWN'],
        'description': 'Always UNKNOWN.',
    },
    'tenant_id': {'type': 'string', 'description': 'Its project.'},
    'user_id': {**_TEXT_OR_NULL, 'description': 'The user who created it.'},
    'created': {
        'type': ['string', 'null'],
        'format': 'date-time',
        'description': 'When it was first recorded.',
    },
    'updated': {
        'type': ['string', 'null'],
        'format': 'date-time',
        'description': 'When it last changed, as far as is known.',
    },
    'hostId': {'type': 'string', 'description': 'Always empty.'},
    'addresses': {**closed({}), 'description': 'Always empty.'},
    'metadata': {**closed({}), 'description': 'Always empty.'},
}
_DETAILED = closed({**_SERVER, **_DETAILS})


def server_query(_rules: Behaviour) -> Schema:
    """The query that lists servers, or finds them by name."""
    items: dict[str, Schema] = {
        'name': {
            'type': 'string',
            'minLength': 1,
            'description': 'The whole name of the servers.',
        },
        'all_tenants': {
            'type': 'string',
            'description': 'Look in every project.',
        },
        'limit': {
            **PARAMETERS['limit'],
            'description': 'The maximum number of servers, up to [api] '
            'max_limit.',
        },
        'marker': {
            'type': 'string',
            'description': 'The id of the last server of the previous page.',
        },
    }
    return query(items, strict=False)


def server_answer(_rules: Behaviour) -> Schema:
    """The answer that resolves a server's id."""
    return closed({'server': _DETAILED})


def _servers(item: Schema) -> Schema:
    return closed(
        {'servers': {'type': 'array', 'items': item}, 'servers_links': LINKS},
        optional=('servers_links',),
    )


def servers_answer(_rules: Behaviour) -> Schema:
    """The list of servers."""
    return _servers(closed(_SERVER))


def detailed_answer(_rules: Behaviour) -> Schema:
    """The list of servers, with details."""
    return _servers(_DETAILED)


VERSION: dict[str, Schema] = {
    'id': {'type': 'string'},
    'status': {'type': 'string', 'enum': ['CURRENT', 'DEPRECATED']},
    'version': {'type': 'string'},
    'min_version': {'type': 'string'},
    'updated': {'type': 'string', 'format': 'date-time'},
    'links': LINKS,
    'media-types': {
        'type': 'array',
        'items': closed(
            {'base': {'type': 'string'}, 'type': {'type': 'string'}}
        ),
    },
}


def version_answer(_rules: Behaviour) -> Schema:
    """The answer that describes one version of the API."""
    return closed({'version': closed(VERSION)})


def versions_answer(_rules: Behaviour) -> Schema:
    """The answer that lists the versions of the API."""
    return closed(
        {
            'versions': {
                'type': 'array',
                'items': closed(
                    {
                        name: schema
                        for name, schema in VERSION.items()
                        if name != 'media-types'
                    }
                ),
            }
        }
    )


def document_answer(_rules: Behaviour) -> Schema:
    """The answer that describes the API: an OpenAPI document."""
    return {
        'type': 'object',
        'required': ['openapi', 'info', 'paths'],
        'properties': {'openapi': {'type': 'string'}},
    }


ERROR = {
    'type': 'object',
    'minProperties': 1,
    'maxProperties': 1,
    'additionalProperties': {
        'type': 'object',
        'properties': {
            'code': {'type': 'integer'},
            'message': {'type': 'string'},
        },
        'required': ['code', 'message'],
        'additionalProperties': True,
    },
}

#: the behaviour of the newest microversion, which has all fields
NEWEST = behaviour.behaviour(behaviour.MAX)
