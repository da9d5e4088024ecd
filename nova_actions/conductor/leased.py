# SPDX-License-Identifier: Apache-2.0
"""Work that only one worker of all conductors does at a time: each tries,
one has the lease, and another takes over when that one is gone."""

import time
from collections.abc import Callable

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import exception
from nova_actions.conductor import timer
from nova_actions.conductor import worker
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context

LOG = logging.getLogger(__name__)


class Leased:
    """Does some work again and again while it runs.

    :param advance: takes a context and who it is, does a part of the work
        and returns how much it has done, nothing where none is left, or
        where another does it
    :param release: takes the same and gives the lease back
    :param interval: seconds between two looks at what there is to do
    :param rest: seconds of rest for each second of work
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        advance: Callable[[RequestContext, str], int],
        release: Callable[[RequestContext, str], None],
        interval: float,
        rest: float = 0,
    ) -> None:
        self._conf = conf
        self._advance = advance
        self._release = release
        self._rest = rest
        self._holder = ''
        self._periodic = timer.Periodic(self.run, interval)

    def start(self) -> None:
        # In the worker's own process.
        self._holder = worker.name(self._conf)
        self._periodic.start()

    def stop(self) -> None:
        """Give the lease back, so that another goes on at once."""
        self._periodic.stop()
        try:
            self._release(get_admin_context(), self._holder)
        except exception.Unavailable:
            LOG.debug('A lease ends by itself')

    def run(self) -> int:
        """Do all that there is to do; return how much that was."""
        context = get_admin_context()
        done = 0
        began = time.monotonic()
        try:
            while count := self._advance(context, self._holder):
                done += count
                self._periodic.pause(self._rest * (time.monotonic() - began))
                began = time.monotonic()
        except timer.Stopped:
            LOG.debug('What is left to do is for another conductor')
        except exception.Unavailable as error:
            # It has been logged where it was met first.
            LOG.debug(
                'It goes on at the next turn: %s', error.format_message()
            )
        return done
