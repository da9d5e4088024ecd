# SPDX-License-Identifier: Apache-2.0
"""Sends notifications of changes.

Nothing waits for the notification bus: a limited number of changes is queued
in memory, and a thread sends one after the other.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import metrics
from nova_actions import vocabulary
from nova_actions.db import status
from nova_actions.db.change import kind
from nova_actions.objects import notification
from nova_actions.rpc import transport as rpc_transport
from nova_actions.rpc import workaround

LOG = logging.getLogger(__name__)

Row = Mapping[str, Any]

#: How many changes may wait to be sent.
LIMIT = 10_000
#: Seconds for which a conductor that ends waits until all are sent.
LAST = 5.0

_BEGUN = frozenset((kind.ACTION_BEGUN, kind.STEP_BEGUN))
_ERRORS = frozenset(
    (
        status.FAILED,
        status.INTERRUPTED,
        vocabulary.RESULT_ERROR,
        vocabulary.RESULT_INTERRUPTED,
    )
)


def of(conf: cfg.ConfigOpts) -> 'Notifications | None':
    """Return the sender of notifications of a process, or None."""
    if not conf.notifications.enabled:
        return None
    if not conf.oslo_messaging_notifications.driver:
        LOG.warning(
            '[notifications] enabled is true, but no notification '
            'is sent: [oslo_messaging_notifications] driver is not '
            'set'
        )
        return None
    return Notifications(conf)


class Notifications:
    """Sends a notification of each change.

    :param conf: of the process; ``[oslo_messaging_notifications]`` says how
        and where to
    :param limit: how many changes may wait; further ones are dropped
    :raises InvalidInput: the URL of the bus is invalid
    """

    def __init__(self, conf: cfg.ConfigOpts, limit: int = LIMIT) -> None:
        self._limit = limit
        self._transport = rpc_transport.get_notification_transport(conf)
        self._notifier = workaround.get_notifier(
            self._transport, f'nova-actions-conductor:{conf.host}'
        )
        self._waiting: queue.Queue[Row | None] = queue.Queue(limit)
        #: How many were dropped since the last success.
        self._dropped = 0
        # A bus that is down must not keep the process from ending.
        self._thread = threading.Thread(
            target=self._work, name='nova-actions-notifications', daemon=True
        )

    def start(self) -> None:
        """Start sending."""
        # Prometheus sees no increase in a series that starts with it.
        for outcome in ('sent', 'dropped'):
            metrics.NOTIFICATIONS.add(outcome, number=0)
        self._thread.start()

    def stop(self, seconds: float = LAST) -> None:
        """Send what waits within some seconds, and drop the rest."""
        until = time.monotonic() + seconds
        try:
            self._waiting.put(None, timeout=seconds)
        except queue.Full:
            LOG.debug('The notification bus takes nothing')
        self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            self._give_up()
            return
        self._transport.cleanup()

    def _give_up(self) -> None:
        dropped = 0
        with contextlib.suppress(queue.Empty):
            while True:
                dropped += self._waiting.get_nowait() is not None
        self._waiting.put(None)
        # One may be in transit, and may or may not arrive.
        metrics.NOTIFICATIONS.add('dropped', number=dropped)
        LOG.warning(
            'The conductor ends, and the notification bus does not '
            'take what waits: %s dropped',
            vocabulary.counted(dropped, 'notification'),
        )

    def take(self, changes: Iterable[Row]) -> None:
        """Queue changes to be sent in order; this never waits."""
        for each in changes:
            try:
                self._waiting.put_nowait(each)
            except queue.Full:
                self._drop()
        # Not at the first free place: the next change would take it at once.
        if self._dropped and self._waiting.qsize() <= self._limit // 2:
            LOG.warning(
                'Notifications are sent again; %d were dropped', self._dropped
            )
            self._dropped = 0

    def _drop(self) -> None:
        if not self._dropped:
            LOG.warning(
                'Notifications are dropped: the notification bus is '
                'away or too slow, and %d wait for it',
                self._limit,
            )
        self._dropped += 1
        metrics.NOTIFICATIONS.add('dropped')

    def _work(self) -> None:
        while (change := self._waiting.get()) is not None:
            try:
                self._send(change)
            except Exception as error:  # noqa: BLE001
                # Else one that cannot be sent would be the last one.
                LOG.error(
                    'A notification of a change of action %s is not sent: %s',
                    change['action_uuid'],
                    type(error).__name__,
                )
                metrics.NOTIFICATIONS.add('dropped')
            else:
                metrics.NOTIFICATIONS.add('sent')

    def _send(self, change: Row) -> None:
        payload, noun = (
            (notification.InstanceActionPayload, 'instance_action')
            if change['event_uuid'] is None
            else (
                notification.InstanceActionEventPayload,
                'instance_action_event',
            )
        )
        if change['kind'] in _BEGUN:
            send, phase = self._notifier.info, 'start'
        elif change['outcome'] in _ERRORS:
            send, phase = self._notifier.error, 'error'
        else:
            send, phase = self._notifier.info, 'end'
        # Without the context, which has credentials.
        send({}, f'{noun}.{phase}', payload.of(change))
