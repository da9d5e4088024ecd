# SPDX-License-Identifier: Apache-2.0
"""nova-actions-conductor: owns the database, answers RPC."""

import sys
from collections.abc import Sequence

from nova_actions import conf as config
from nova_actions.cmd import failure


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Serve in ``[conductor] workers`` processes until SIGTERM."""
    conf = config.load(
        argv,
        description=__doc__,
        uses=('database', 'policy', 'messaging', 'reports'),
    )
    from oslo_service import service

    from nova_actions.cmd import process
    from nova_actions.cmd import report
    from nova_actions.conductor.service import ConductorService
    from nova_actions.db import pool
    from nova_actions.metrics import endpoint
    from nova_actions.rpc import transport as rpc_transport

    config.setup_logging(conf)
    process.set_up(conf)
    report.set_up(conf)
    process.check_schema(conf)
    # Otherwise a worker that cannot start would be restarted for ever.
    rpc_transport.check(conf)
    with process.life(
        conf,
        'nova-actions-conductor',
        host=conf.host,
        topic=conf.conductor.topic,
        workers=conf.conductor.workers,
    ):
        counting = endpoint.of(conf, 'conductor', pool.measure, is_alone=False)
        launcher = service.launch(
            conf,
            ConductorService(conf, counting),
            workers=conf.conductor.workers,
            restart_method='mutate',
        )
        return int(launcher.wait() or failure.OK)


if __name__ == '__main__':
    sys.exit(main())
