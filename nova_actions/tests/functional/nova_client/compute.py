# SPDX-License-Identifier: Apache-2.0
# mypy: ignore-errors
# ruff: noqa: I001 (threads goes before Nova)
"""A compute service of Nova's, unmodified, with the bus and its topic set.

Run by a Python that has Nova (see test_nova_client.py), never imported:
``compute.py TRANSPORT_URL SCENARIO INSTANCE_UUID``. Prints what it saw as
one line of JSON.
"""

import datetime
import json
import sys

import threads  # noqa: F401

import nova.conf
from nova import config
from nova import context
from nova import exception
from nova import objects
from nova import rpc
from nova.compute import utils as compute_utils
from nova.conductor import api as conductor_api
from nova.conductor import rpcapi as conductor_rpcapi
from nova.objects import base as objects_base

SEEN = {}


def start(transport_url):
    config.parse_args(['compute', '--config-file', '/dev/null'])
    nova.conf.CONF.set_override('transport_url', transport_url)
    rpc.init(nova.conf.CONF)
    objects.register_all()
    objects_base.NovaObject.indirection_api = conductor_rpcapi.ConductorAPI()
    conductor_api.API().wait_until_ready(context.get_admin_context())


def user(**values):
    return context.RequestContext(
        **{
            'user_id': 'nova-user',
            'project_id': 'nova-project',
            'roles': ['member', 'reader'],
            'user_name': 'Nora',
            'auth_token': 'gAAAA-secret-token',
            **values,
        }
    )


def attempt(name, function, *args, **kwargs):
    """Note the result of a call, or its error as Nova rebuilt it."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001
        base = next(
            each
            for each in type(error).__mro__
            if not each.__name__.endswith('_Remote')
        )
        SEEN[name] = {
            'error': f'{base.__module__}.{base.__name__}',
            'text': str(error.args[0]) if error.args else str(error),
            'remote': getattr(error, 'exc_type', None),
            'kwargs': sorted(getattr(error, 'kwargs', {})),
        }
        return None
    SEEN[name] = show(result)
    return result


def show(value):
    if isinstance(value, objects_base.NovaObject):
        return value.obj_to_primitive()
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


class Manager:
    host = 'nova-host'

    @compute_utils.wrap_instance_event(prefix='compute')
    def reboot_instance(self, context, instance, fail):
        if fail:
            raise exception.InstanceRebootFailure(reason='no such disk')
        return 'rebooted'


def reporter(uuid):
    """EventReporter and wrap_instance_event, for a user's request."""
    ctxt = user()
    attempt(
        'start',
        objects.InstanceAction.action_start,
        ctxt,
        uuid,
        'create',
        want_result=False,
    )
    with compute_utils.EventReporter(
        ctxt, 'conductor_schedule', 'nova-host', uuid
    ):
        pass
    ctxt = user()
    objects.InstanceAction.action_start(ctxt, uuid, 'reboot')
    SEEN['request_id'] = ctxt.request_id
    attempt(
        'fail',
        Manager().reboot_instance,
        ctxt,
        instance={'uuid': uuid},
        fail=True,
    )
    attempt(
        'retry',
        Manager().reboot_instance,
        ctxt,
        instance={'uuid': uuid},
        fail=False,
    )
    ctxt = context.get_admin_context()
    SEEN['system_request_id'] = ctxt.request_id
    attempt(
        'system',
        Manager().reboot_instance,
        ctxt,
        instance={'uuid': uuid},
        fail=False,
    )


def remotables(uuid):
    """Every remotable, its arguments by position and by name."""
    ctxt, admin = user(), context.get_admin_context()
    action, events = objects.InstanceAction, objects.InstanceActionEvent
    attempt(
        'action_start',
        action.action_start,
        ctxt,
        instance_uuid=uuid,
        action_name='create',
        want_result=True,
    )
    found = attempt(
        'get_by_request_id',
        action.get_by_request_id,
        ctxt,
        uuid,
        request_id=ctxt.request_id,
    )
    attempt(
        'event_start', events.event_start, ctxt, uuid, 'one', host='nova-host'
    )
    attempt(
        'event_start_silent',
        events.event_start,
        ctxt,
        uuid,
        'two',
        False,
        'nova-host',
    )
    attempt('event_finish', events.event_finish, ctxt, uuid, 'one')
    attempt(
        'event_finish_silent',
        events.event_finish,
        ctxt,
        uuid,
        'two',
        want_result=False,
    )
    attempt(
        'get_by_action',
        objects.InstanceActionEventList.get_by_action,
        admin,
        found.id,
    )
    event = attempt(
        'get_by_id',
        events.get_by_id,
        admin,
        found.id,
        SEEN['event_start']['nova_object.data']['id'],
    )
    attempt(
        'list',
        objects.InstanceActionList.get_by_instance_uuid,
        ctxt,
        uuid,
        limit=5,
        marker=None,
        filters={'changes-since': datetime.datetime(2000, 1, 1)},
    )
    attempt(
        'list_none',
        objects.InstanceActionList.get_by_instance_uuid,
        ctxt,
        uuid,
        0,
    )
    attempt('finish', found.finish)
    SEEN['finished'] = found.obj_to_primitive()
    attempt('action_finish', action.action_finish, ctxt, uuid)
    attempt('event_object_finish', event.finish)
    clone(uuid, found, event)


def clone(uuid, found, event):
    """Records copied from one place to another, as in a resize across
    cells."""
    admin = context.get_admin_context()
    copied = objects.InstanceAction(
        admin,
        **{
            name: getattr(found, name) for name in found.fields if name != 'id'
        },
    )
    copied.request_id = 'req-copied'
    attempt('create', copied.create)
    SEEN['created'] = copied.obj_to_primitive()
    attempt('create_again', copied.create)
    step = objects.InstanceActionEvent(
        admin,
        **{
            name: getattr(event, name)
            for name in event.fields
            if name not in ('id', 'action_id')
        },
    )
    attempt('create_event', step.create, uuid, 'req-copied')
    SEEN['created_event'] = step.obj_to_primitive()


def failures(uuid):
    """Errors, which Nova rebuilds as its own classes."""
    ctxt, admin = user(), context.get_admin_context()
    action, events = objects.InstanceAction, objects.InstanceActionEvent
    action.action_start(ctxt, uuid, 'create')
    other = user()
    attempt('no_action', events.event_start, other, uuid, 'one')
    attempt('no_finish', action.action_finish, other, uuid)
    attempt('no_event', events.event_finish_with_failure, ctxt, uuid, 'one')
    attempt('no_event_id', events.get_by_id, admin, 1, 99)
    attempt(
        'no_instance',
        action.action_start,
        admin,
        'a1a1a1a1-0000-4000-8000-000000000000',
        'reboot',
    )
    attempt(
        'no_marker',
        objects.InstanceActionList.get_by_instance_uuid,
        ctxt,
        uuid,
        5,
        'req-nothing',
    )
    stranger = user(project_id='other', roles=['reader'])
    attempt(
        'forbidden', action.get_by_request_id, stranger, uuid, ctxt.request_id
    )
    attempt('invalid', action.get_by_request_id, ctxt, 'no uuid', 'req-1')
    attempt('missing', action.get_by_request_id, ctxt, uuid, 'req-1')
    attempt(
        'unknown_action',
        objects.InstanceActionEventList.get_by_action,
        admin,
        10**6,
    )
    attempt('not_ours', objects.Instance.get_by_uuid, admin, uuid)
    attempt('event_finish', events.event_finish, ctxt, uuid, 'one')


def tracebacks(uuid):
    """The many ways in which Nova's callers give an error."""
    ctxt = user()
    events = objects.InstanceActionEvent
    objects.InstanceAction.action_start(ctxt, uuid, 'create')
    try:
        raise exception.InstanceRebootFailure(reason='no such disk')
    except exception.InstanceRebootFailure as caught:
        error, trace = caught, caught.__traceback__
    for name, args, kwargs in (
        ('keyword', (), {'exc_val': error, 'exc_tb': trace}),
        ('position', (error, trace), {}),
        ('text', ('some text', 'some trace'), {}),
        ('value_error', (), {'exc_val': ValueError('told'), 'exc_tb': trace}),
        ('no_trace', (), {'exc_val': error}),
        ('nothing', (), {}),
    ):
        events.event_start(ctxt, uuid, name, host='nova-host')
        attempt(
            name,
            events.event_finish_with_failure,
            ctxt,
            uuid,
            name,
            *args,
            **kwargs,
        )
    SEEN['request_id'] = ctxt.request_id


if __name__ == '__main__':
    start(sys.argv[1])
    try:
        {
            'reporter': reporter,
            'remotables': remotables,
            'failures': failures,
            'tracebacks': tracebacks,
        }[sys.argv[2]](sys.argv[3])
    finally:
        sys.stdout.write(json.dumps(SEEN) + '\n')
        sys.stdout.flush()
        rpc.cleanup()
