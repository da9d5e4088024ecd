# SPDX-License-Identifier: Apache-2.0
"""The driver that oslo.messaging loads into each service of Nova."""

from typing import Any

from oslo_messaging.notify import notifier

from nova_actions.reporter.event import harmless
from nova_actions_bridge import loading
from nova_actions_bridge import notice


class Driver(notifier.Driver):
    """Loads the bridge when it is created, and reads the notifications of the
    service. It sends nothing."""

    def __init__(self, conf: Any, topics: Any, transport: Any) -> None:
        super().__init__(conf, topics, transport)
        loading.load(conf)

    def notify(
        self, ctxt: Any, message: Any, priority: Any, retry: Any
    ) -> None:
        if loading.is_loaded():
            harmless('reading of a notification', notice.hear, ctxt, message)
