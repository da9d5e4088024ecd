# SPDX-License-Identifier: Apache-2.0
"""The conductor's own purge, by ``[retention] days``, ``changes_days`` and
``stats_days``.

Every worker of every conductor tries: what one has deleted the others do
not find, and none waits for another but for the length of a batch.
"""

import datetime
from collections.abc import Iterable, Iterator

from oslo_config import cfg
from oslo_log import log as logging
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.conductor import timer
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.db.change import expiry as change_expiry
from nova_actions.db.stat import expiry as stat_expiry
from nova_actions.upkeep import retention
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

#: Seconds between batches, in which writers get their turn.
PAUSE = 0.1


class Purge:
    """Purges every ``[retention] interval`` seconds while it runs.

    ``days``, ``keep_last``, ``changes_days`` and ``stats_days`` are read
    each time, so that they follow SIGHUP.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._periodic = timer.Periodic(self.run, conf.retention.interval)

    def start(self) -> None:
        self._periodic.start()

    def stop(self) -> None:
        self._periodic.stop()

    def run(self) -> retention.Done:
        """Purge what is too old by now; return what became of actions."""
        context = get_admin_context()
        self._expire('Changes', self._changes_gone(context))
        self._expire('Statistics', self._stats_gone(context))
        done = retention.Done()
        days = self._conf.retention.days
        if not days:
            return done
        selection = retention.Selection(
            timeutils.utcnow() - datetime.timedelta(days=days),
            self._conf.retention.keep_last,
        )
        try:
            for part in retention.purge(context, selection, pause=self._pause):
                done = part
        except timer.Stopped:
            LOG.debug('The purge ends with the conductor')
        except exception.Unavailable as error:
            LOG.warning(
                'The purge stops until its next turn: %s',
                error.format_message(),
            )
        if done.rows:
            LOG.info(
                'Purged %s of more than %s with %s',
                counted(done.actions, 'action'),
                counted(days, 'day'),
                counted(done.events, 'event'),
            )
        return done

    def _changes_gone(self, context: RequestContext) -> Iterator[None]:
        days = self._conf.retention.changes_days
        while days and change_expiry.expire(
            context, datetime.timedelta(days=days)
        ):
            yield

    def _stats_gone(self, context: RequestContext) -> Iterator[None]:
        days = self._conf.retention.stats_days
        before = timeutils.utcnow() - datetime.timedelta(days=days)
        while days and stat_expiry.expire(context, before) == (
            stat_expiry.BATCH
        ):
            yield

    def _expire(self, what: str, batches: Iterable[None]) -> None:
        """Remove what is too old of something beside actions.

        :param batches: removes a batch each time and ends with the last
        """
        try:
            for _batch in batches:
                self._pause()
        except timer.Stopped:
            LOG.debug('The purge ends with the conductor')
        except exception.Unavailable as error:
            LOG.warning(
                '%s stay until the next turn: %s', what, error.format_message()
            )

    def _pause(self) -> None:
        self._periodic.pause(PAUSE)
