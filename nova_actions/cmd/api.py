# SPDX-License-Identifier: Apache-2.0
"""nova-actions-api: the REST API with an embedded server."""

import sys
from collections.abc import Sequence

from nova_actions import conf as config
from nova_actions.cmd import failure
from nova_actions.cmd import listening


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT. SIGHUP reloads mutable options and the
    policy; SIGUSR2 writes a report."""
    conf = config.load(
        argv,
        cli=listening.OPTS,
        description=__doc__,
        uses=('database', 'policy', 'middleware', 'keystone', 'reports'),
    )
    from nova_actions.api import server
    from nova_actions.cmd import process
    from nova_actions.cmd import report
    from nova_actions.cmd import serving
    from nova_actions.db import pool
    from nova_actions.metrics import endpoint

    config.setup_logging(conf)
    listening.settle(conf)
    process.set_up(conf, conf.api.database_timeout)
    report.set_up(conf)
    process.check_schema(conf, conf.api.database_timeout)
    try:
        with (
            process.life(
                conf,
                'nova-actions-api',
                tokens=conf.api.auth_strategy,
                threads=conf.api.threads,
            ),
            endpoint.at_work(
                endpoint.of(conf, 'api', pool.measure, is_alone=True)
            ),
        ):
            serving.serve(
                [server.Service(conf)], reload=lambda: process.take_over(conf)
            )
    except OSError as error:
        raise listening.failed(conf, error) from error
    return failure.OK


if __name__ == '__main__':
    sys.exit(main())
