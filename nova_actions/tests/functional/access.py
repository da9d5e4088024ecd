# SPDX-License-Identifier: Apache-2.0
"""Who asks for what in the tests of access: personas, and every call."""

import uuid

from nova_actions import context
from nova_actions import policies
from nova_actions.db import api as db
from nova_actions.objects import base
from nova_actions.objects.action_detail import ActionDetail
from nova_actions.objects.action_summary import ActionSummaryList
from nova_actions.objects.change import ChangeList
from nova_actions.objects.instance import InstanceRecord
from nova_actions.objects.instance import InstanceRecordList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.objects.reporter import Reporter
from nova_actions.objects.stat import StatList
from nova_actions.tests import fixtures
from nova_actions.tests.unit.objects import test_gate

OWNER = '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'
OTHER = '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'
SERVICE = '0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c'
SERVER_NAME = 'web'

#: What a client may try to pass itself off with.
FORGED = {
    'X-Is-Admin': 'True',
    'X-Is-Admin-Project': 'True',
    'X-Roles': 'admin',
    'X-Role': 'admin',
    'X-User-Id': 'root',
    'X-Project-Id': OWNER,
    'X-Tenant-Id': OWNER,
    'X-User-Roles': 'admin',
    'X-Identity-Status': 'Confirmed',
    'X-Service-Roles': 'admin,service',
    'X-Service-Identity-Status': 'Confirmed',
    'is_admin': 'True',
    'Openstack-System-Scope': 'all',
}

_IMPLIED = ['admin', 'manager', 'member', 'reader']


def _persona(project_id, roles, is_admin=None, token='valid', headers=None):
    return {
        'user_id': 'user' if project_id == OWNER else 'another',
        'project_id': project_id,
        'roles': roles,
        'is_admin': is_admin,
        'token': token,
        'headers': headers or {},
    }


PERSONAS = {
    'admin': _persona(OTHER, _IMPLIED),
    'manager': _persona(OWNER, _IMPLIED[1:]),
    'member': _persona(OWNER, _IMPLIED[2:]),
    'reader': _persona(OWNER, ['reader']),
    'service': _persona(SERVICE, ['service']),
    'other member': _persona(OTHER, _IMPLIED[2:]),
    'other reader': _persona(OTHER, ['reader']),
    'no role': _persona(OWNER, []),
    # Nova's get_admin_context().
    'RPC admin': {**_persona(None, [], is_admin=True), 'user_id': None},
}
HTTP_PERSONAS = {
    **{
        name: values
        for name, values in PERSONAS.items()
        if name != 'RPC admin'
    },
    'forged admin': _persona(OTHER, ['reader'], headers=FORGED),
    'expired token': _persona(
        OWNER, _IMPLIED, token='expired', headers=FORGED
    ),
    'no token': _persona(OWNER, _IMPLIED, token=None, headers=FORGED),
}


def context_of(values, **more):
    """Return the context of a persona as it comes over the bus."""
    return context.RequestContext.from_dict(
        {
            **{
                name: values[name]
                for name in ('user_id', 'project_id', 'roles', 'is_admin')
            },
            **more,
        }
    )


def every_rule(conf, check):
    """Return a policy with the same check for every rule of ours."""
    return fixtures.Policy(
        conf,
        {
            rule.name: check
            for rule in policies.list_rules()
            if rule.name.startswith('os_compute_api:')
        },
    )


class Ground:
    """A server of the owner's with an action and an event, and who did it.

    :param failed: whether the event has ended, with an error
    """

    def __init__(self, failed=False):
        self.uuid = str(uuid.uuid4())
        owner = context_of(PERSONAS['member'])
        self.request_id = owner.request_id
        with base.local():
            self.action = InstanceAction.action_start(
                owner, self.uuid, 'create'
            )
            self.event = InstanceActionEvent.event_start(
                owner, self.uuid, 'compute_create', host='h'
            )
            if failed:
                InstanceActionEvent.event_finish_with_failure(
                    owner,
                    self.uuid,
                    'compute_create',
                    'broken',
                    '  trace',
                    error_type='Broken',
                )
        with db.engine().begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE instances SET display_name = '{SERVER_NAME}'"
            )

    def read_event(self):
        with base.local():
            return InstanceActionEvent.get_by_id(
                context.get_admin_context(), self.action.id, self.event.id
            )


def _report(caller, kind, ground, **values):
    return ReportList(
        objects=[
            Report(
                kind=kind,
                instance_uuid=ground.uuid,
                request_id=ground.request_id,
                project_id=caller.project_id,
                user_id=caller.user_id,
                **{'uuid': str(uuid.uuid4()), **values},
            )
        ]
    )


def _finish(caller, ground):
    return _report(
        caller,
        'finish',
        ground,
        uuid=ground.event.uuid,
        name='compute_create',
        host='h',
        result='Success',
    )


#: Every remotable, and what of it is worth a row of its own.
CALLS = {
    'InstanceAction.get_by_request_id': lambda g, c: (
        InstanceAction.get_by_request_id(c, g.uuid, g.request_id)
    ),
    'InstanceAction.action_start': lambda g, c: InstanceAction.action_start(
        c, g.uuid, 'reboot'
    ),
    'InstanceAction.action_finish': lambda g, c: InstanceAction.action_finish(
        c, g.uuid
    ),
    'InstanceAction.create': lambda g, c: InstanceAction(
        c, instance_uuid=g.uuid, action='reboot'
    ).create(),
    'InstanceAction.finish': lambda g, c: InstanceAction(
        c, instance_uuid=g.uuid, request_id=g.request_id
    ).finish(),
    'InstanceActionList.get_by_instance_uuid': lambda g, c: (
        InstanceActionList.get_by_instance_uuid(c, g.uuid)
    ),
    "InstanceActionList.get_by_project: the owner's": lambda g, c: (
        InstanceActionList.get_by_project(c, OWNER)
    ),
    "InstanceActionList.get_by_project: everybody's": lambda g, c: (
        InstanceActionList.get_by_project(c)
    ),
    'ActionDetail.get_by_uuid': lambda g, c: ActionDetail.get_by_uuid(
        c, g.action.uuid
    ),
    'ActionSummaryList.get_by_terms': lambda g, c: (
        ActionSummaryList.get_by_terms(c, OWNER, {})
    ),
    'ActionSummaryList.get_by_terms: by host': lambda g, c: (
        ActionSummaryList.get_by_terms(c, OWNER, {'host': 'h'})
    ),
    "ActionSummaryList.get_by_terms_anywhere: the owner's": lambda g, c: (
        ActionSummaryList.get_by_terms_anywhere(c, {}, OWNER)
    ),
    "ActionSummaryList.get_by_terms_anywhere: everybody's": lambda g, c: (
        ActionSummaryList.get_by_terms_anywhere(c, {})
    ),
    'ChangeList.get_by_cursor': lambda g, c: ChangeList.get_by_cursor(
        c, OWNER
    ),
    "ChangeList.get_by_cursor_anywhere: the owner's": lambda g, c: (
        ChangeList.get_by_cursor_anywhere(c, project_id=OWNER)
    ),
    "ChangeList.get_by_cursor_anywhere: everybody's": lambda g, c: (
        ChangeList.get_by_cursor_anywhere(c)
    ),
    'StatList.get_by_terms': lambda g, c: StatList.get_by_terms(c, OWNER, {}),
    'StatList.get_by_terms: by host': lambda g, c: StatList.get_by_terms(
        c, OWNER, {'by': 'host'}
    ),
    "StatList.get_by_terms_anywhere: the owner's": lambda g, c: (
        StatList.get_by_terms_anywhere(c, {}, OWNER)
    ),
    "StatList.get_by_terms_anywhere: everybody's": lambda g, c: (
        StatList.get_by_terms_anywhere(c, {})
    ),
    'InstanceActionEvent.get_by_id': lambda g, c: (
        InstanceActionEvent.get_by_id(c, g.action.id, g.event.id)
    ),
    'InstanceActionEvent.event_start': lambda g, c: (
        InstanceActionEvent.event_start(c, g.uuid, 'compute_x', host='h')
    ),
    'InstanceActionEvent.event_finish': lambda g, c: (
        InstanceActionEvent.event_finish(c, g.uuid, 'compute_create')
    ),
    'InstanceActionEvent.event_finish: by handle': lambda g, c: (
        InstanceActionEvent.event_finish(
            c, g.uuid, 'compute_create', uuid=g.event.uuid
        )
    ),
    'InstanceActionEvent.event_finish_with_failure': lambda g, c: (
        InstanceActionEvent.event_finish_with_failure(
            c, g.uuid, 'compute_create', 'broken', '  trace'
        )
    ),
    'InstanceActionEvent.create': lambda g, c: InstanceActionEvent(
        c, event='compute_y'
    ).create(g.uuid, g.request_id),
    'InstanceActionEvent.finish': lambda g, c: InstanceActionEvent(
        c, action_id=g.action.id, id=g.event.id
    ).finish(),
    'InstanceActionEvent.finish_with_failure': lambda g, c: (
        InstanceActionEvent(
            c, action_id=g.action.id, id=g.event.id
        ).finish_with_failure('broken', '  trace')
    ),
    'InstanceActionEventList.get_by_action': lambda g, c: (
        InstanceActionEventList.get_by_action(c, g.action.id)
    ),
    'InstanceRecord.get_by_uuid': lambda g, c: InstanceRecord.get_by_uuid(
        c, g.uuid
    ),
    "InstanceRecordList.get_by_project: the owner's": lambda g, c: (
        InstanceRecordList.get_by_project(c, OWNER, SERVER_NAME)
    ),
    "InstanceRecordList.get_by_project: everybody's": lambda g, c: (
        InstanceRecordList.get_by_project(c, None, SERVER_NAME)
    ),
    'ReportList.apply: an action begins': lambda g, c: ReportList.apply(
        c, _report(c, 'action', g, name='reboot')
    ),
    'ReportList.apply: a step begins': lambda g, c: ReportList.apply(
        c, _report(c, 'start', g, name='compute_z', host='h'), host='h'
    ),
    'ReportList.apply: a step ends': lambda g, c: ReportList.apply(
        c, _finish(c, g), host='h'
    ),
    'ReportList.apply: nothing': lambda g, c: ReportList.apply(
        c, ReportList(objects=[])
    ),
    'Reporter.beat': lambda g, c: Reporter.beat(c, str(uuid.uuid4()), 0, {}),
    'ReportList.close_epoch': lambda g, c: ReportList.close_epoch(
        c, str(uuid.uuid4()), 'gone'
    ),
}


def _changed(event, method, *args):
    method(*args)
    return event


def _clone(g, c):
    event = InstanceActionEvent(
        c,
        event='compute_copy',
        host='h',
        result='Error',
        details='broken',
        traceback='  trace',
        error_type='Broken',
    )
    return _changed(event, event.create, g.uuid, g.request_id)


def _resend(g, c):
    event = InstanceActionEvent(c, action_id=g.action.id, id=g.event.id)
    return _changed(event, event.finish_with_failure, 'broken', '  trace')


#: Every way by which an event with an error gets to a caller.
EVENT_CALLS = (
    CALLS['InstanceActionEvent.get_by_id'],
    lambda g, c: CALLS['ActionDetail.get_by_uuid'](g, c).events[0],
    lambda g, c: CALLS['InstanceActionEventList.get_by_action'](g, c)[0],
    lambda g, c: CALLS['InstanceAction.get_by_request_id'](g, c).events[0],
    lambda g, c: InstanceActionEvent.event_start(
        c, g.uuid, 'compute_create', uuid=g.event.uuid
    ),
    lambda g, c: InstanceActionEvent.event_finish_with_failure(
        c, g.uuid, 'compute_create', 'broken', '  trace', want_result=True
    ),
    _clone,
    _resend,
)

_SERVERS = '/v2.1/servers'
LIST_PATH = _SERVERS + '/{server}/os-instance-actions'
SHOW_PATH = LIST_PATH + '/{request}'
#: Every verb over REST: its path, and a microversion.
REQUESTS = {
    'GET /': ('/', '2.104'),
    'GET /v2.1': ('/v2.1', '2.104'),
    'GET /openapi.json': ('/openapi.json', '2.104'),
    'GET /v1': ('/v1', '2.104'),
    'GET /v1/actions': ('/v1/actions', '2.104'),
    'GET /v1/actions/{id}': ('/v1/actions/{request}', '2.104'),
    'GET /v1/actions/{unknown}': ('/v1/actions/req-unknown', '2.104'),
    'GET /v1/actions?host=': ('/v1/actions?host=h', '2.104'),
    'GET /v1/actions?all_projects': ('/v1/actions?all_projects', '2.104'),
    'GET /v1/actions?project_id=': (
        f'/v1/actions?project_id={OWNER}',
        '2.104',
    ),
    'GET /v1/changes': ('/v1/changes', '2.104'),
    'GET /v1/changes?all_projects': ('/v1/changes?all_projects', '2.104'),
    'GET /v1/changes?project_id=': (
        f'/v1/changes?project_id={OWNER}',
        '2.104',
    ),
    'GET /v1/stats': ('/v1/stats', '2.104'),
    'GET /v1/stats?by=host': ('/v1/stats?by=host', '2.104'),
    'GET /v1/stats?host=': ('/v1/stats?host=h', '2.104'),
    'GET /v1/stats?all_projects': ('/v1/stats?all_projects', '2.104'),
    'GET /v1/stats?project_id=': (f'/v1/stats?project_id={OWNER}', '2.104'),
    'GET /v2.1/servers?name=': (_SERVERS + '?name={name}', '2.104'),
    'GET /v2.1/servers?name=&all_tenants=1': (
        _SERVERS + '?name={name}&all_tenants=1',
        '2.104',
    ),
    'GET /v2.1/servers/detail?name=': (
        _SERVERS + '/detail?name={name}',
        '2.104',
    ),
    'GET …/servers/{id}': (_SERVERS + '/{server}', '2.104'),
    'GET …/os-instance-actions': (LIST_PATH, '2.104'),
    'GET …/os-instance-actions, 2.1': (LIST_PATH, '2.1'),
    'GET …/os-instance-actions/{id}': (SHOW_PATH, '2.104'),
    'GET …/os-instance-actions/{id}, 2.1': (SHOW_PATH, '2.1'),
    'GET …/os-instance-actions/{unknown}': (
        LIST_PATH + '/req-unknown',
        '2.104',
    ),
}


def rule_of(what):
    """Return the last part of the name of the rule that gates a call."""
    name = what.partition(':')[0]
    for cls, method_name, method in test_gate.remotables():
        if name == f'{cls.__name__}.{method_name}':
            return method.original_fn.rule.split('os-instance-actions:')[1]
    raise LookupError(name)
