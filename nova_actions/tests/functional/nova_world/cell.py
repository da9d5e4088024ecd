# SPDX-License-Identifier: Apache-2.0
"""A cell of Nova's own making; nothing of it is ours, but the name of a driver
in its configuration."""

import pathlib

from nova import config
from nova import context as nova_context
from nova import objects
from nova.db import migration
from nova.network import model as network_model
from nova.objects import flavor
from nova.objects import instance_info_cache


def open_at(url, options=''):
    """Have a process use a database, which gets Nova's newest schema."""
    pathlib.Path('nova.conf').write_text(
        f'[database]\nconnection = {url}\n'
        f'[api_database]\nconnection = sqlite://\n{options}'
    )
    config.parse_args(['nova-conductor'], default_config_files=['nova.conf'])
    objects.register_all()
    migration.db_sync(database='main')


def add_server(caller, uuid, **values):
    """Return a new server as Nova's object; it belongs to who creates it."""
    server = objects.Instance(
        caller,
        **{
            'uuid': uuid,
            'project_id': caller.project_id,
            'user_id': caller.user_id,
            'display_name': 'web',
            'host': 'host1',
            'info_cache': instance_info_cache.InstanceInfoCache(
                network_info=network_model.NetworkInfo()
            ),
            'flavor': flavor.Flavor(
                id=1,
                name='f',
                memory_mb=1,
                vcpus=1,
                root_gb=0,
                ephemeral_gb=0,
                flavorid='1',
                swap=0,
                rxtx_factor=1.0,
                disabled=False,
                is_public=True,
                extra_specs={},
            ),
            'old_flavor': None,
            'new_flavor': None,
            **values,
        },
    )
    server.create()
    return server


def make(url, server):
    """Make a cell whose process has the bridge, and a server; return the
    context of who has created it."""
    open_at(
        url,
        '[DEFAULT]\ntransport_url = fake:///\n'
        '[oslo_messaging_notifications]\ndriver = nova_actions\n'
        '[notifications]\nnotification_format = both\n',
    )
    caller = nova_context.RequestContext('user', 'owner')
    add_server(caller, server)
    objects.InstanceAction.action_start(caller, server, 'create')
    return caller
