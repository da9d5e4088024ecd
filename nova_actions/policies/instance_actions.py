# SPDX-License-Identifier: Apache-2.0
"""The rules of the action log.

``list``, ``show``, ``events`` and ``events:details`` are Nova's, with Nova's
names and defaults; the others gate what Nova does not check at all.
"""

from oslo_policy import policy

from nova_actions.policies import base

_ROOT = 'os_compute_api:os-instance-actions'
LIST = f'{_ROOT}:list'
SHOW = f'{_ROOT}:show'
EVENTS = f'{_ROOT}:events'
EVENTS_DETAILS = f'{_ROOT}:events:details'
LIST_ALL_PROJECTS = f'{_ROOT}:list:all_projects'
ACTION_START = f'{_ROOT}:action:start'
ACTION_FINISH = f'{_ROOT}:action:finish'
EVENT_START = f'{_ROOT}:event:start'
EVENT_FINISH = f'{_ROOT}:event:finish'

#: Who may record: the owner's project (Nova's compute hosts act with the
#: user's context), services and administrators.
_RECORDERS = f'project_id:%(project_id)s or {base.SERVICE} or {base.ADMIN}'

_LIST_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/servers/{server_id}/os-instance-actions',
}
_SHOW_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/servers/{server_id}/os-instance-actions/{request_id}',
}
_SERVERS_OPERATIONS: 'list[policy.Operation]' = [
    {'method': 'GET', 'path': '/servers'},
    {'method': 'GET', 'path': '/servers/detail'},
]
_SERVER_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/servers/{server_id}',
}
_DETAIL_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/v1/actions/{action}',
}
_SEARCH_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/v1/actions',
}
_CHANGES_OPERATION: 'policy.Operation' = {
    'method': 'GET',
    'path': '/v1/changes',
}
_STATS_OPERATION: 'policy.Operation' = {'method': 'GET', 'path': '/v1/stats'}


def _rpc(*names: str) -> 'list[policy.Operation]':
    return [{'method': 'RPC', 'path': name} for name in names]


def rules() -> list[policy.RuleDefault]:
    """Return the rules of the action log, new ones each time."""
    deprecated = policy.DeprecatedRule(
        _ROOT,
        'rule:admin_or_owner',
        deprecated_reason=base.DEPRECATED_REASON,
        deprecated_since='21.0.0',
    )
    return [
        policy.DocumentedRuleDefault(
            EVENTS_DETAILS,
            base.ADMIN,
            'See the field "details" of the events of an action: the '
            'sanitised error message. It says why a step failed, and may '
            'reveal details of the deployment. Checked only when the action '
            'may be shown.',
            [_SHOW_OPERATION, *_rpc('get_by_action', 'get_by_id')],
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            EVENTS,
            base.ADMIN,
            'See the fields "traceback" and "host" of the events of an '
            'action and of changes, and search and count by host. Checked '
            'only when the action may be shown. Before microversion 2.51 '
            'this rule is needed to see any events.',
            [
                _SHOW_OPERATION,
                _SEARCH_OPERATION,
                _CHANGES_OPERATION,
                _STATS_OPERATION,
                *_rpc('get_by_action', 'get_by_id'),
            ],
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            LIST,
            base.PROJECT_READER_OR_ADMIN,
            'List the actions of a server, search or count the actions of a '
            'project, follow its changes, and list its servers.',
            [
                _LIST_OPERATION,
                _SEARCH_OPERATION,
                _CHANGES_OPERATION,
                _STATS_OPERATION,
                *_SERVERS_OPERATIONS,
                *_rpc(
                    'get_by_instance_uuid',
                    'get_by_project',
                    'get_by_terms',
                    'get_by_cursor',
                ),
            ],
            scope_types=['project'],
            deprecated_rule=deprecated,
        ),
        policy.DocumentedRuleDefault(
            SHOW,
            base.PROJECT_READER_OR_ADMIN,
            'Show one action of a server with its events, and show a server.',
            [
                _SHOW_OPERATION,
                _DETAIL_OPERATION,
                _SERVER_OPERATION,
                *_rpc(
                    'get_by_request_id',
                    'get_by_uuid',
                    'get_by_action',
                    'get_by_id',
                ),
            ],
            scope_types=['project'],
            deprecated_rule=deprecated,
        ),
        policy.DocumentedRuleDefault(
            LIST_ALL_PROJECTS,
            base.ADMIN,
            'Search or count the actions of all projects or of any one '
            'project, and follow their changes. Checked when the parameter '
            '"all_projects" or "project_id" is given.',
            [
                _SEARCH_OPERATION,
                _CHANGES_OPERATION,
                _STATS_OPERATION,
                *_rpc(
                    'get_by_project',
                    'get_by_terms_anywhere',
                    'get_by_cursor_anywhere',
                ),
            ],
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            ACTION_START,
            _RECORDERS,
            'Record the start of an action on a server.',
            _rpc('action_start', 'create'),
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            ACTION_FINISH,
            _RECORDERS,
            'Record the end of an action on a server.',
            _rpc('action_finish', 'finish'),
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            EVENT_START,
            _RECORDERS,
            'Record the start of an event of an action on a host.',
            _rpc('event_start', 'create'),
            scope_types=['project'],
        ),
        policy.DocumentedRuleDefault(
            EVENT_FINISH,
            _RECORDERS,
            'Record the end of an event of an action, and receive what '
            'reporters send. A host that names itself may finish only its '
            'own events.',
            _rpc(
                'event_finish',
                'event_finish_with_failure',
                'finish',
                'finish_with_failure',
                'apply',
                'beat',
                'close_epoch',
            ),
            scope_types=['project'],
        ),
    ]
