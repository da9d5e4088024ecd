# SPDX-License-Identifier: Apache-2.0
"""The conductor numbers changes.

Every worker of every conductor tries; one at a time has the lease, and
another takes over when that one is gone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import context as context_module
from nova_actions import exception
from nova_actions import metrics
from nova_actions.conductor import periodic
from nova_actions.conductor import process
from nova_actions.conductor import tally
from nova_actions.db.change import numbering

LOG = logging.getLogger(__name__)

#: Seconds between two looks at what is queued: by so much readers are
#: behind.
INTERVAL = 0.5


class Changes:
    """Numbers what is queued, again and again while it runs."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._holder = ''
        self._tally = tally.Tally()
        self._periodic = periodic.Periodic(self.run, INTERVAL)

    def start(self) -> None:
        # In the worker's own process.
        self._holder = process.name(self._conf)
        self._periodic.start()

    def stop(self) -> None:
        """Give the lease back, so that another goes on at once."""
        self._periodic.stop()
        self._tally.settle(0)
        try:
            numbering.release(context_module.get_admin_context(),
                              self._holder)
        except exception.Unavailable:
            LOG.debug('The lease of the changes ends by itself')

    def run(self) -> int:
        """Number all that is queued; return how many changes are done."""
        context = context_module.get_admin_context()
        done = 0
        try:
            while count := numbering.number(
                    context, self._holder, self._tell):
                done += count
                self._periodic.pause(0)
        except periodic.Stopped:
            LOG.debug('What is left to number is for another conductor')
        except exception.Unavailable as error:
            # Whoever met it first has said so.
            LOG.debug('Changes are numbered at the next turn: %s',
                      error.format_message())
        self._tally.settle()
        return done

    def _tell(self, changes: Sequence[Mapping[str, Any]]) -> None:
        if metrics.is_on():
            self._tally.take(changes)
