# SPDX-License-Identifier: Apache-2.0
"""A process of Nova that has a cell with one server; nothing of it is ours,
but the name of a driver in its configuration."""

import pathlib

from nova import config
from nova import context as nova_context
from nova import objects
from nova.db import migration
from nova.network import model as network_model
from nova.objects import flavor
from nova.objects import instance_info_cache


def make(url, server):
    """Return the context of who has created the server."""
    pathlib.Path('nova.conf').write_text(
        '[DEFAULT]\ntransport_url = fake:///\n'
        f'[database]\nconnection = {url}\n'
        '[api_database]\nconnection = sqlite://\n'
        '[oslo_messaging_notifications]\ndriver = nova_actions\n'
        '[notifications]\nnotification_format = both\n')
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
