# SPDX-License-Identifier: Apache-2.0
"""A conductor of Nova with the bridge, called by a compute service as over
the bus: each call in a thread of its own, as the workers of a conductor are.

It runs under a Python that has Nova and the bridge, not under ours.
Usage: controllers.py URL SERVER
"""

import pathlib
import sys
import threading

from nova import config
from nova import context as nova_context
from nova import objects
from nova.conductor import manager
from nova.db import migration
from nova.network import model as network_model
from nova.objects import flavor
from nova.objects import instance_info_cache

from nova_actions import reporter
from nova_actions_bridge import mark

STEP = 'compute_reboot_instance'


def make(url, server):
    pathlib.Path('nova.conf').write_text(
        '[DEFAULT]\ntransport_url = fake:///\n'
        f'[database]\nconnection = {url}\n'
        '[api_database]\nconnection = sqlite://\n'
        '[oslo_messaging_notifications]\ndriver = nova_actions\n')
    config.parse_args(['nova-conductor'], default_config_files=['nova.conf'])
    objects.register_all()
    migration.db_sync(database='main')
    caller = nova_context.RequestContext('user', 'owner')
    objects.Instance(
        caller, uuid=server, project_id='owner', user_id='user', host='host1',
        info_cache=instance_info_cache.InstanceInfoCache(
            network_info=network_model.NetworkInfo()),
        flavor=flavor.Flavor(
            id=1, name='f', memory_mb=1, vcpus=1, root_gb=0,
            ephemeral_gb=0, flavorid='1', swap=0, rxtx_factor=1.0,
            disabled=False, is_public=True, extra_specs={}),
        old_flavor=None, new_flavor=None).create()
    objects.InstanceAction.action_start(caller, server, 'create')
    return caller


def call(caller, method, *args, has_bridge=False, **kwargs):
    """Call as a compute service does: its context goes over the bus."""
    with mark.recorded(has_bridge):
        context = nova_context.RequestContext.from_dict(caller.to_dict())
    # Its other methods would look for the rest of a cloud.
    conductor = object.__new__(manager.ConductorManager)
    thread = threading.Thread(
        target=conductor.object_class_action_versions,
        args=(context, 'InstanceActionEvent', method,
              {'InstanceActionEvent': '1.4'}, args, kwargs))
    thread.start()
    thread.join()


def main():
    url, server = sys.argv[1:]
    caller = make(url, server)
    call(caller, 'event_start', server, STEP, host='host1')
    call(caller, 'event_finish_with_failure', server, STEP,
         exc_val='no such domain', exc_tb='  File "driver.py", line 7\n')
    call(caller, 'event_start', server, STEP, host='host2',
         want_result=False)
    call(caller, 'event_finish_with_failure', server, STEP, exc_val=None,
         exc_tb=None)
    for method in ('event_start', 'event_finish_with_failure'):
        call(caller, method, server, 'compute_of_another', has_bridge=True)
    sys.exit(not reporter.flush(60))


main()
