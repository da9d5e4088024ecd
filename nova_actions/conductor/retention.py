# SPDX-License-Identifier: Apache-2.0
"""The conductor's own purge, by ``[retention] days``.

Every worker of every conductor tries: what one has deleted the others do
not find, and none waits for another but for the length of a batch.
"""

import datetime
import random
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import loopingcall
from oslo_utils import timeutils

from nova_actions import context as context_module
from nova_actions import exception
from nova_actions.db import retention
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

#: Seconds between batches, in which writers get their turn.
PAUSE = 0.1


class _Stopped(Exception):
    """The conductor ends."""


class Purge:
    """Purges every ``[retention] interval`` seconds while it runs.

    ``days`` and ``keep_last`` are read anew each time, so that they follow
    SIGHUP.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._ends = threading.Event()
        self._timer: Any = None

    def start(self) -> None:
        interval = self._conf.retention.interval
        self._ends.clear()
        self._timer = loopingcall.FixedIntervalLoopingCall(self.run)
        # Workers that start together need not go after the same rows.
        self._timer.start(interval, stop_on_exception=False,
                          initial_delay=random.uniform(  # noqa: S311
                              0, min(interval, 60)))

    def stop(self) -> None:
        """End after the batch that is being worked on."""
        self._ends.set()
        if self._timer is not None:
            self._timer.stop()
            self._timer.wait()
            self._timer = None

    def run(self) -> retention.Done:
        """Purge what is too old by now."""
        done = retention.Done()
        days = self._conf.retention.days
        if not days:
            return done
        selection = retention.Selection(
            timeutils.utcnow() - datetime.timedelta(days=days),
            self._conf.retention.keep_last)
        try:
            for part in retention.purge(context_module.get_admin_context(),
                                        selection, pause=self._pause):
                done = part
        except _Stopped:
            LOG.debug('The purge ends with the conductor')
        except exception.Unavailable as error:
            LOG.warning('The purge stops until its next turn: %s',
                        error.format_message())
        if done.rows:
            LOG.info('Purged %s of more than %s with %s',
                     counted(done.actions, 'action'), counted(days, 'day'),
                     counted(done.events, 'event'))
        return done

    def _pause(self) -> None:
        if self._ends.wait(PAUSE):
            raise _Stopped
