# SPDX-License-Identifier: Apache-2.0
"""The conductor follows the cells that say ``follow = true``.

Every worker of every conductor tries; one at a time has the lease of a cell,
and another takes it over when that one is gone.
"""

import collections
import datetime
from collections.abc import Collection

from oslo_config import cfg
from oslo_log import log as logging
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.cells import registry
from nova_actions.cells.follow import follower
from nova_actions.cells.follow import merge
from nova_actions.cells.follow import source
from nova_actions.cells.follow import state
from nova_actions.conductor import timer
from nova_actions.conductor import worker
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.db import lease
from nova_actions.objects import text

LOG = logging.getLogger(__name__)

#: Seconds between two looks at cells that are not followed any more.
FORMER_INTERVAL = 60


class Follow:
    """Follows every cell that is to be followed, while it runs."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._cells: list[FollowedCell | FormerCells] = []

    def start(self) -> None:
        """Begin; connections are made in this process."""
        followed = [
            name for name in registry.cells() if registry.settings(name).follow
        ]
        self._cells = [
            *(FollowedCell(self._conf, name) for name in followed),
            FormerCells(self._conf, set(followed)),
        ]
        for each in self._cells:
            each.start()

    def stop(self) -> None:
        """End after the batch that is being worked on."""
        for each in self._cells:
            each.stop()
        self._cells = []


class FollowedCell:
    """Follows one cell every ``follow_interval`` seconds.

    :param name: of an attached cell
    """

    def __init__(self, conf: cfg.ConfigOpts, name: str) -> None:
        settings = registry.settings(name)
        self._retention = conf.retention
        self._holder = worker.name(conf)
        self._periodic = timer.Periodic(self.run, settings.follow_interval)
        self._source = source.Source(
            name, settings.connection, conf.api.cell_timeout
        )
        self._follower = follower.Follower(
            self._source,
            self._holder,
            text.sanitizer(),
            window=settings.follow_window,
            rate=settings.follow_rate,
            pause=self._periodic.pause,
        )
        self._told: str | None = None

    def start(self) -> None:
        self._periodic.start()

    def stop(self) -> None:
        """Give the lease back, so that another follows at once."""
        self._periodic.stop()
        try:
            state.release(
                get_admin_context(),
                self._source.name,
                self._holder,
            )
        except exception.Unavailable:
            LOG.debug('The lease of %s ends by itself', self._source.name)
        self._source.dispose()

    def run(self) -> state.State | None:
        """Do a round; return the state at its end, None where there is none
        to tell."""
        context = get_admin_context()
        try:
            done = self._follower.run(context, self._floor())
        except timer.Stopped:
            LOG.debug('Following ends with the conductor')
        except state.Lost:
            self._tell('Another follows cell %s by now, or it is paused')
        except exception.Unavailable as error:
            # It has been logged where it was met first.
            LOG.debug(
                'Following stops until its next turn: %s',
                error.format_message(),
            )
        else:
            if done is None:
                self._tell('Another follows cell %s, or it is paused')
            else:
                self._tell('All that cell %s has is copied; following it')
            return done
        return None

    def _floor(self) -> datetime.datetime | None:
        """Return before when nothing is worth to be copied."""
        days = self._retention.days
        return (
            timeutils.utcnow() - datetime.timedelta(days=days)
            if days
            else None
        )

    def _tell(self, what: str) -> None:
        """Say what is the case, once."""
        if what != self._told:
            LOG.info(what, self._source.name)
            self._told = what


class FormerCells:
    """Makes one of what was copied and is reported later, of cells that are
    not followed any more: what waits in spools may come days after.

    :param followed: the names of those that are
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        followed: Collection[str],
    ) -> None:
        self._followed = followed
        # The cell does not count as followed meanwhile.
        self._holder = f'{lease.NOBODY}{worker.name(conf)}'
        self._periodic = timer.Periodic(self.run, FORMER_INTERVAL)
        #: The last ids of our own rows, of the last two rounds.
        self._tops: collections.deque[merge.Place] = collections.deque(
            maxlen=2
        )

    def start(self) -> None:
        self._periodic.start()

    def stop(self) -> None:
        """End after the transaction that is under way; what is left is looked
        at after the next start."""
        self._periodic.stop()

    def run(self) -> None:
        """Do a round, where there is something new."""
        try:
            self._run(get_admin_context())
        except timer.Stopped:
            LOG.debug('What was reported later is looked at after a restart')
        except (exception.Unavailable, state.Lost):
            LOG.debug(
                'Looking at cells that are not followed any more stops '
                'until its next turn'
            )

    def _run(self, context: RequestContext) -> None:
        top = merge.top(context)
        is_new = self._tops.count(top) < 2
        for cell in state.names(context):
            if cell not in self._followed:
                if is_new:
                    self._look(context, cell, top)
                state.retire(context, cell)
        self._tops.append(top)

    def _look(
        self, context: RequestContext, cell: str, top: merge.Place
    ) -> None:
        held = state.acquire(context, cell, self._holder)
        if held is None:
            # Another conductor follows it.
            return
        try:
            merge.run(
                context, cell, self._holder, held, top, self._periodic.pause
            )
        finally:
            state.release(context, cell, self._holder)
