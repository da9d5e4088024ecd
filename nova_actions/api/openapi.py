# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document, built from the route table and the schemas."""

from collections.abc import Iterable

from nova_actions.api import behaviour
from nova_actions.api import request
from nova_actions.api import schemas
from nova_actions.api.route import Route

_DESCRIPTION = (
    'What was done to each server. This is the resource os-instance-actions '
    "of Nova's compute API, microversions {min} to {max}, with as much of "
    'the servers resource as clients need to find a server by name.\n\n'
    'Every address below /v2.1 that needs a token is also there with the '
    "caller's project id behind /v2.1; and each of these with /v2 for "
    '/v2.1, where the answer is that of 2.1 and microversions are not looked '
    'at.\n\n'
    'Below /v1 is an API of our own, service type instance-actions, '
    'microversions {own_min} to {own_max}: it finds actions across servers, '
    'tells what happens, and counts.'
)

_PARAMETERS: dict[str, schemas.Schema] = {
    'server_id': {
        'type': 'string',
        'minLength': 1,
        'description': 'The UUID of the server.',
    },
    'action': {
        'type': 'string',
        'minLength': 1,
        'description': 'The UUID of the action, its first eight characters '
        'or more, or the id or the global id of its '
        'request.',
    },
    'request_id': {
        'type': 'string',
        'minLength': 1,
        'description': 'The id of the request that asked for the action, or '
        'the marker of a next link.',
    },
}

_ERRORS = {
    400: 'The request is malformed: a microversion, a parameter, or the '
    'project in the path.',
    401: 'The token is missing or invalid.',
    403: 'The policy does not let the caller do this.',
    404: "There is no such server or action, or it is not the caller's.",
    409: 'The identifier matches several actions; the response names them.',
    410: 'Some of the changes since then have expired; start again '
    'without "after".',
    406: 'The microversion is not supported.',
    413: "The request's body is too large.",
    415: 'The Content-Type of the request is not JSON.',
    503: 'A database that may know the server does not answer; try again '
    'after the number of seconds in Retry-After.',
}


def document(routes: Iterable[Route]) -> schemas.Schema:
    """Return the document."""
    return {
        'openapi': '3.1.0',
        'info': {
            'title': 'nova-actions',
            'version': str(behaviour.MAX),
            'description': _DESCRIPTION.format(
                min=behaviour.MIN,
                max=behaviour.MAX,
                own_min=behaviour.ACTION_LOG.min,
                own_max=behaviour.ACTION_LOG.max,
            ),
            'license': {
                'name': 'Apache License 2.0',
                'identifier': 'Apache-2.0',
            },
        },
        'paths': {route.path: {'get': _operation(route)} for route in routes},
        'components': {
            'schemas': {'Error': schemas.ERROR},
            'securitySchemes': {
                'token': {
                    'type': 'apiKey',
                    'in': 'header',
                    'name': 'X-Auth-Token',
                    'description': "A token of Keystone's.",
                }
            },
        },
    }


def _operation(route: Route) -> schemas.Schema:
    operation: schemas.Schema = {
        'summary': route.summary,
        'operationId': _operation_id(route),
        'parameters': [*_path_parameters(route), *_query_parameters(route)],
        'responses': {
            '200': {
                'description': 'The answer.',
                'content': {
                    media_type: {'schema': _answer(route)}
                    for media_type in request.MEDIA_TYPES
                },
            }
        },
    }
    if route.versioned:
        operation['parameters'] += _header_parameters(route.service)
    operation['security'] = [] if route.public else [{'token': []}]
    for status in _statuses(route):
        operation['responses'][str(status)] = _error(status)
    return operation


def _operation_id(route: Route) -> str:
    words = (
        route.path.replace('{', 'by_')
        .translate(str.maketrans('/.-', '___', '}'))
        .strip('_')
    )
    # "/v2.1" and "/v2.1/" differ by the slash alone.
    slash = '_' if route.path.endswith('/') else ''
    return f'get_{words}{slash}'


def _path_parameters(route: Route) -> list[schemas.Schema]:
    return [
        _parameter('path', name, _PARAMETERS[name], required=True)
        for name in route.parameters
    ]


def _query_parameters(route: Route) -> list[schemas.Schema]:
    always = route.query(behaviour.behaviour(behaviour.MIN))
    found = []
    for name, values in route.query(schemas.NEWEST)['properties'].items():
        parameter = _parameter('query', name, values['items'])
        if name not in always['properties']:
            parameter['x-openstack'] = {
                'min-ver': str(behaviour.introduced('list_parameters', name))
            }
        found.append(parameter)
    return found


def _header_parameters(
    service: behaviour.Service,
) -> list[schemas.Schema]:
    number = r'[1-9][0-9]*\.(0|[1-9][0-9]*)|latest'
    found = [
        _parameter(
            'header',
            behaviour.HEADER,
            {
                'type': 'string',
                'pattern': f'^{service.type} ({number})$',
                'default': f'{service.type} {service.min}',
                'description': 'The microversion asked for.',
            },
        )
    ]
    if service.legacy_header:
        found.append(
            _parameter(
                'header',
                service.legacy_header,
                {
                    'type': 'string',
                    'pattern': f'^({number})$',
                    'description': 'The microversion, from a client that does '
                    f'not know {behaviour.HEADER}.',
                },
            )
        )
    return found


def _parameter(
    where: str, name: str, schema: schemas.Schema, required: bool = False
) -> schemas.Schema:
    schema = dict(schema)
    return {
        'in': where,
        'name': name,
        'required': required,
        'description': schema.pop('description', ''),
        'schema': schema,
    }


def _answer(route: Route) -> schemas.Schema:
    """Return the schema of a successful response: one, or one for each
    microversion that changes it."""
    found: dict[str, schemas.Schema] = {}
    for version in sorted(behaviour.CHANGES):
        schema = route.answer(behaviour.behaviour(version))
        if schema not in found.values():
            found[f'from {version}'] = schema
    if len(found) == 1:
        return next(iter(found.values()))
    return {
        'anyOf': [
            {'title': title, **schema} for title, schema in found.items()
        ]
    }


def _statuses(route: Route) -> list[int]:
    statuses = {400, 413, 415, *route.errors}
    if route.versioned:
        statuses.add(406)
    if not route.public:
        statuses |= {401, 403, 503}
    return sorted(statuses)


def _error(status: int) -> schemas.Schema:
    answer: schemas.Schema = {'description': _ERRORS[status]}
    # The size limit of oslo.middleware writes its own body, as in Nova.
    if status != 413:
        answer['content'] = {
            'application/json': {
                'schema': {'$ref': '#/components/schemas/Error'}
            }
        }
    if status == 503:
        answer['headers'] = {
            'Retry-After': {
                'description': 'Seconds.',
                'schema': {'type': 'integer'},
            }
        }
    return answer
