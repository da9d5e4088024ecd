# SPDX-License-Identifier: Apache-2.0
"""A process that follows a cell until it is killed.

Usage: follow_worker.py DATABASE CELL_URL. It writes a line after each batch
and after each round.
"""

import datetime
import os
import sys

from nova_actions import context
from nova_actions import runtime
from nova_actions import sanitize
from nova_actions.cells.follow import follower
from nova_actions.cells.follow import source
from nova_actions.cells.follow import state
from nova_actions.tests import fixtures
from nova_actions.tests import patience


def tell(word: str) -> None:
    print(word, flush=True)


def main() -> None:
    url, cell = sys.argv[1:]
    # Else each death would have to be waited for.
    state.LEASE = datetime.timedelta(seconds=1)
    with fixtures.Conf(database__connection=url) as settings:
        runtime.set_up_databases(settings.conf)
        made = follower.Follower(
            source.Source('nova', cell, patience.PATIENCE),
            str(os.getpid()),
            sanitize.Sanitizer(),
            window=10_000,
            rate=7,
            pause=lambda _seconds: tell('batch'),
        )
        while True:
            try:
                done = made.run(context.get_admin_context())
            except state.Lost:
                done = None
            tell('waiting' if done is None else 'round')


if __name__ == '__main__':
    main()
