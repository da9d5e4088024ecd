# SPDX-License-Identifier: Apache-2.0
"""The conductor numbers changes, counts them for Prometheus, and sends
notifications of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from oslo_config import cfg

from nova_actions import metrics
from nova_actions.cells.follow import merge
from nova_actions.conductor import leased
from nova_actions.conductor import notification
from nova_actions.conductor import tally
from nova_actions.context import RequestContext
from nova_actions.db.change import numbering

#: Seconds between two looks at what is queued: by so much readers are
#: behind.
INTERVAL = 0.5


class Changes(leased.Leased):
    """Numbers what is queued, again and again while it runs."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf, self._number, numbering.release, INTERVAL)
        self._tally = tally.Tally()
        self._notifications: notification.Notifications | None = None

    def start(self) -> None:
        self._notifications = notification.of(self._conf)
        if self._notifications is not None:
            self._notifications.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        self._tally.settle(0)
        if self._notifications is not None:
            self._notifications.stop()
            self._notifications = None

    def run(self) -> int:
        done = super().run()
        self._tally.settle()
        return done

    def _number(self, context: RequestContext, holder: str) -> int:
        return numbering.number(context, holder, self._tell, merge.queued)

    def _tell(self, changes: Sequence[Mapping[str, Any]]) -> None:
        if metrics.is_on():
            self._tally.take(changes)
        if self._notifications is not None:
            self._notifications.take(changes)
