# SPDX-License-Identifier: Apache-2.0
"""Is the bus there?"""

import oslo_messaging as messaging
from oslo_config import cfg

from nova_actions import context
from nova_actions.rpc import transport as rpc_transport


def ask(conf: cfg.ConfigOpts) -> None:
    """Send something that does no harm to the conductors' topic, whether or
    not one is there.

    :raises Exception: the bus does not take it
    """
    transport = rpc_transport.get_transport(conf)
    try:
        client = rpc_transport.get_client(
            transport,
            messaging.Target(
                topic=conf.conductor.topic, namespace='baseapi', version='1.0'
            ),
            retry=0,
        )
        client.cast(context.get_admin_context(), 'ping', arg='upgrade check')
    finally:
        transport.cleanup()
