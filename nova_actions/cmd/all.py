# SPDX-License-Identifier: Apache-2.0
"""nova-actions-all: conductor and REST API in one process; needs no server and
no configuration."""

import os
import sys
from collections.abc import Sequence

from oslo_config import cfg

from nova_actions import conf as config
from nova_actions.cmd import embedded
from nova_actions.cmd import failure
from nova_actions.cmd import listening

CLI_OPTS = (
    *listening.OPTS,
    cfg.BoolOpt(
        'demo',
        default=False,
        help='First play a day of a small simulated cloud (5 hosts, '
        '20 servers, 2 projects), so that there is something to see; then '
        'continue slowly.',
    ),
    cfg.StrOpt(
        'cell',
        metavar='URL',
        help='Attach the Nova cell database at this SQLAlchemy URL, for '
        'example mysql+pymysql://root@localhost/nova_cell1. It is only read.',
    ),
    cfg.BoolOpt(
        'follow',
        default=False,
        help='Copy the actions of that cell, and new ones as they appear.',
    ),
    cfg.IntOpt(
        'demo-actions',
        min=1,
        max=100_000,
        metavar='N',
        help='The number of actions in the day of the demonstration, after '
        'which nothing more happens. By default about 240, and it '
        'continues.',
    ),
)


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT; signals work as in
    nova-actions-api."""
    # The database, its WAL and the log are for this user only.
    os.umask(0o077)
    conf = config.parse(argv, cli=CLI_OPTS, description=__doc__)
    embedded.configure(conf)
    embedded.attach(conf)
    from nova_actions.api import server
    from nova_actions.cmd import process
    from nova_actions.cmd import report
    from nova_actions.cmd import serving
    from nova_actions.cmd import welcome
    from nova_actions.conductor.service import ConductorService
    from nova_actions.db import migration
    from nova_actions.db import pool
    from nova_actions.metrics import endpoint
    from nova_actions.rpc import transport as rpc_transport

    config.setup_logging(conf)
    listening.settle(conf)
    process.set_up(conf)
    report.set_up(conf)
    rpc_transport.check(conf)
    migration.db_sync()
    try:
        with (
            process.life(
                conf,
                'nova-actions-all',
                host=conf.host,
                topic=conf.conductor.topic,
                tokens=conf.api.auth_strategy,
            ),
            endpoint.at_work(endpoint.beside_another(conf, pool.measure)),
        ):
            api = server.Service(conf, tells_metrics=conf.metrics.enabled)
            serving.serve(
                [api, ConductorService(conf)],
                lambda stopping: welcome.welcome(
                    conf, listening.url(api.address), stopping
                ),
                reload=lambda: process.take_over(conf),
            )
    except OSError as error:
        raise listening.failed(conf, error) from error
    return failure.OK


if __name__ == '__main__':
    sys.exit(main())
