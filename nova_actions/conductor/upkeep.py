# SPDX-License-Identifier: Apache-2.0
"""The conductor's upkeep: actions without steps, reporters without events.

Every worker of every conductor tries; what one has done the others do not
find.
"""

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import exception
from nova_actions.conductor import timer
from nova_actions.context import get_admin_context
from nova_actions.db import reporter
from nova_actions.upkeep import orphans
from nova_actions.upkeep import ownership

LOG = logging.getLogger(__name__)

#: Seconds between two looks at the most, and the part of the timeout that
#: they are otherwise.
INTERVAL = 300.0
PARTS = 6


class Upkeep:
    """Closes and forgets by ``[conductor] orphan_timeout``."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._timeout = conf.conductor.orphan_timeout
        self._periodic = timer.Periodic(
            self.run, min(INTERVAL, self._timeout / PARTS or INTERVAL)
        )

    def start(self) -> None:
        self._periodic.start()

    def stop(self) -> None:
        self._periodic.stop()

    def run(self) -> tuple[int, int]:
        """Look once; return how many actions were closed and how many
        reporters forgotten."""
        context = get_admin_context()
        closed = forgotten = 0
        try:
            if self._timeout:
                closed = orphans.interrupt(context, self._timeout)
            forgotten = reporter.forget(context)
            ownership.fill(context)
        except exception.Unavailable as error:
            # It has been logged where it was met first.
            LOG.debug(
                'The upkeep stops until its next turn: %s',
                error.format_message(),
            )
        if closed:
            LOG.warning(
                '%d actions that had got no step within %d s count '
                'as interrupted',
                closed,
                self._timeout,
            )
        if forgotten:
            LOG.info('Forgot %d reporters that nothing refers to', forgotten)
        return closed, forgotten
