# SPDX-License-Identifier: Apache-2.0
"""Makes a cell database with Nova's own migrations and fills it with Nova's
own objects; runs under a Python that has Nova, not under ours.

Usage: make.py URL SERVER
"""

import pathlib
import sys

from nova import config
from nova import context
from nova import objects
from nova.db import migration
from nova.network import model as network_model
from nova.objects import flavor
from nova.objects import instance_info_cache


def main():
    url, server = sys.argv[1:]
    # Nova reads its databases' addresses when it reads its arguments.
    pathlib.Path('nova.conf').write_text(
        f'[database]\nconnection = {url}\n'
        '[api_database]\nconnection = sqlite://\n')
    config.parse_args(['nova'], default_config_files=['nova.conf'])
    objects.register_all()
    migration.db_sync(database='main')
    caller = context.RequestContext('user', 'owner', request_id='req-1')
    objects.Instance(
        caller, uuid=server, project_id='owner', user_id='user',
        display_name='web', host='host1',
        info_cache=instance_info_cache.InstanceInfoCache(
            network_info=network_model.NetworkInfo()),
        flavor=flavor.Flavor(
            id=1, name='f', memory_mb=1, vcpus=1, root_gb=0,
            ephemeral_gb=0, flavorid='1', swap=0, rxtx_factor=1.0,
            disabled=False, is_public=True, extra_specs={}),
        old_flavor=None, new_flavor=None).create()
    for request, error in (('req-1', None), ('req-2', 'no room')):
        caller = context.RequestContext('user', 'owner', request_id=request)
        objects.InstanceAction.action_start(caller, server, 'reboot')
        event = objects.InstanceActionEvent
        event.event_start(caller, server, 'compute_reboot_instance',
                          host='host1')
        if error is None:
            event.event_finish(caller, server, 'compute_reboot_instance')
            continue
        try:
            raise ValueError(error)
        except ValueError as exc:
            event.event_finish_with_failure(
                caller, server, 'compute_reboot_instance', exc_val=exc,
                exc_tb=exc.__traceback__)


main()
