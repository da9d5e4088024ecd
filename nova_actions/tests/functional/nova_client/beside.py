# SPDX-License-Identifier: Apache-2.0
# mypy: ignore-errors
"""Nova's objects and ours in one process.

Run by a Python that has Nova, with ours on PYTHONPATH (see
test_nova_client.py), never imported: ``beside.py TRANSPORT_URL ORDER
INSTANCE_UUID``; ORDER says whose objects are imported first. Prints what it
saw as one line of JSON.
"""

import json
import sys

import threads  # noqa: F401

URL, ORDER, UUID = sys.argv[1:]
if ORDER == 'ours':
    from nova_actions import conf as our_conf
    from nova_actions import objects as our_objects

    our_objects.register_all()
    our_conf.load([], default_config_files=[])

import compute  # noqa: E402
import nova.conf  # noqa: E402
from nova import context as nova_context  # noqa: E402
from nova import objects as nova_objects  # noqa: E402
from nova import rpc as nova_rpc  # noqa: E402
from nova.objects import base as nova_base  # noqa: E402
from oslo_messaging import server as messaging_server  # noqa: E402
from oslo_middleware import cors  # noqa: E402
from oslo_versionedobjects import base as ovo  # noqa: E402

NAMES = (
    'InstanceAction',
    'InstanceActionList',
    'InstanceActionEvent',
    'InstanceActionEventList',
    'Instance',
)


def novas():
    """What Nova's lookups and manifests say of its own objects."""
    registry = nova_base.NovaObjectRegistry.obj_classes()
    return {
        name: [
            repr(
                nova_base.NovaObject.obj_class_from_name(
                    name, getattr(nova_objects, name).VERSION
                )
            ),
            repr(nova_base.NovaObject.obj_class_from_name(name, '1.0'))
            if name != 'Instance'
            else None,
            getattr(nova_objects, name).__module__,
            ovo.obj_tree_get_versions(name),
            [repr(found) for found in registry[name]],
        ]
        for name in NAMES
    }


def options():
    """Defaults of Nova that libraries share with others in the process."""
    conf = nova.conf.CONF
    conf.register_opts(messaging_server._pool_opts)
    conf.register_opts(cors.CORS_OPTS, group='cors')
    return [
        conf.executor_thread_pool_size,
        conf.control_exchange,
        conf.database.max_retries,
        conf.database.retry_interval,
        conf.cors.allow_methods,
    ]


compute.start(URL)
alone = novas()

from nova_actions import conf  # noqa: E402
from nova_actions import context  # noqa: E402
from nova_actions import exception  # noqa: E402
from nova_actions import objects  # noqa: E402
from nova_actions.conductor import rpcapi  # noqa: E402
from nova_actions.objects import base  # noqa: E402

objects.register_all()
from nova_actions.objects import instance_action  # noqa: E402

InstanceAction = instance_action.InstanceAction
InstanceActionList = instance_action.InstanceActionList

ours = conf.load([], default_config_files=[])
ours.set_override('transport_url', URL)
ours.set_override('topic', 'conductor', group='conductor')
base.set_remote(rpcapi.ConductorAPI(ours))


def kind(value):
    return f'{type(value).__module__}.{type(value).__name__}'


user = compute.user()
compute.SEEN['same'] = novas() == alone
compute.SEEN['options'] = options()
compute.attempt(
    'nova', nova_objects.InstanceAction.action_start, user, UUID, 'create'
)
found = nova_objects.InstanceActionList.get_by_instance_uuid(user, UUID)
compute.SEEN['nova_kinds'] = [kind(found), kind(found[0])]

mine = context.RequestContext(
    user_id='nova-user', project_id='nova-project', roles=['member', 'reader']
)
action = InstanceAction.action_start(mine, UUID, 'reboot')
found = InstanceActionList.get_by_instance_uuid(mine, UUID)
compute.SEEN['our_kinds'] = [kind(found), kind(found[0])]
compute.SEEN['our_versions'] = [found.VERSION, found[0].VERSION]
compute.SEEN['our_manifest'] = ovo.obj_tree_get_versions(
    InstanceAction.obj_name()
)
compute.SEEN['actions'] = [each.action for each in found]
try:
    InstanceAction.action_finish(
        context.RequestContext(user_id='nova-user', project_id='nova-project'),
        UUID,
    )
except exception.InstanceActionNotFound as error:
    compute.SEEN['our_error'] = error.format_message()
# Nova's own calls go on as before.
compute.SEEN['nova_again'] = kind(
    nova_objects.InstanceAction.get_by_request_id(user, UUID, user.request_id)
)
compute.attempt(
    'nova_error',
    nova_objects.InstanceAction.action_finish,
    nova_context.get_admin_context(),
    UUID,
)
sys.stdout.write(json.dumps(compute.SEEN) + '\n')
sys.stdout.flush()
nova_rpc.cleanup()
