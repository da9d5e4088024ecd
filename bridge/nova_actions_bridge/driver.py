# SPDX-License-Identifier: Apache-2.0
"""The driver that oslo.messaging loads into each service of Nova.

It imports nothing of nova-actions by itself: whatever is wrong with that, a
service of Nova has to start.
"""

import functools
import importlib
import logging
from typing import Any

from oslo_messaging.notify import notifier

LOG = logging.getLogger(__name__)


class Driver(notifier.Driver):
    """Loads the bridge when it is created, and reads the notifications of the
    service. It sends nothing."""

    def __init__(self, conf: Any, topics: Any, transport: Any) -> None:
        super().__init__(conf, topics, transport)
        self._loading = _loading()
        if self._loading is not None:
            self._loading.load(conf)

    def notify(
        self, ctxt: Any, message: Any, priority: Any, retry: Any
    ) -> None:
        if self._loading is not None:
            self._loading.hear(ctxt, message)


# Nova makes more than one notifier, and an error is to be logged once.
@functools.cache
def _loading() -> Any:
    """Return the module that loads the bridge; None where it cannot be
    imported."""
    try:
        return importlib.import_module('nova_actions_bridge.loading')
    except (Exception, SystemExit) as error:  # noqa: BLE001 - Nova goes on
        LOG.error(
            'Nothing of this service of Nova is recorded by nova-actions, '
            'which cannot be imported: %s: %s',
            type(error).__name__,
            error,
        )
        return None
