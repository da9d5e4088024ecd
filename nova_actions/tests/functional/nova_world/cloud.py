# SPDX-License-Identifier: Apache-2.0
"""Makes the databases of a small cloud as its nova.conf names them: one cell,
its hosts and a server on each.

It runs under a Python that has Nova, not under ours.
Usage: cloud.py NOVA_CONF TRANSPORT_URL CELL_URL HOST=SERVER...
"""

import sys

import cell
from nova import config
from nova import context as nova_context
from nova import objects
from nova.compute import vm_states
from nova.db import migration
from oslo_utils import timeutils


def main():
    conf, transport, url, *servers = sys.argv[1:]
    config.parse_args(['nova-manage', '--config-file', conf])
    objects.register_all()
    for name in ('api', 'main'):
        migration.db_sync(database=name)
    admin = nova_context.get_admin_context()
    mapping = objects.CellMapping(
        admin,
        uuid='00000000-0000-0000-0000-000000000001',
        name='cell1',
        transport_url=transport,
        database_connection=url,
    )
    mapping.create()
    caller = nova_context.RequestContext('user', 'owner')
    for each in servers:
        host, _, server = each.partition('=')
        objects.InstanceMapping(
            caller,
            instance_uuid=server,
            project_id='owner',
            user_id='user',
            cell_mapping=mapping,
        ).create()
        cell.add_server(
            caller,
            server,
            host=host,
            launched_on=host,
            vm_state=vm_states.ACTIVE,
            launched_at=timeutils.utcnow(with_timezone=True),
        )


main()
