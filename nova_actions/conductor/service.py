# SPDX-License-Identifier: Apache-2.0
"""The conductor as a service: owns the database, answers RPC."""

from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import service

from nova_actions import context
from nova_actions import metrics
from nova_actions import runtime
from nova_actions.conductor import changes
from nova_actions.conductor import consumer
from nova_actions.conductor import follow
from nova_actions.conductor import manager
from nova_actions.conductor import retention
from nova_actions.conductor import stale_reporter
from nova_actions.conductor import stats
from nova_actions.conductor import upkeep
from nova_actions.conductor import worker
from nova_actions.metrics import endpoint
from nova_actions.rpc import transport as rpc_transport

LOG = logging.getLogger(__name__)

#: Seconds.
_PING_TIMEOUT = 30


class ConductorService(service.Service):
    """One worker of the conductor.

    :param conf: the process's configuration; the worker is composed from it
        when it starts, in its own process
    :param metrics_port: where what the workers count is told; None when
        another tells, or nobody
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        metrics_port: endpoint.Endpoint | None = None,
    ) -> None:
        super().__init__()
        self._conf = conf
        self._metrics_port = metrics_port
        self._consumer: consumer.Consumer | None = None
        self._transport: Any = None
        self._timer: stale_reporter.Timer | None = None
        self._purge = retention.Purge(conf)
        self._upkeep = upkeep.Upkeep(conf)
        self._follow = follow.Follow(conf)
        self._changes = changes.Changes(conf)
        self._stats = stats.Stats(conf)

    def start(self) -> None:
        super().start()
        runtime.set_up(self._conf)
        if self._metrics_port is not None:
            self._metrics_port.start()
        if metrics.is_on():
            from nova_actions.conductor import standing

            endpoint.registry().register(standing.Collector())
        self._transport = rpc_transport.get_transport(self._conf)
        taking = consumer.Consumer(
            self._make_server, worker.thread_count(self._conf)
        )
        # This waits for the bus, as long as that takes.
        taking.start()
        self._consumer = taking
        self._timer = stale_reporter.Timer(
            self._conf.conductor.reporter_timeout, self._ping
        )
        self._timer.start()
        self._purge.start()
        self._upkeep.start()
        self._follow.start()
        self._changes.start()
        self._stats.start()
        LOG.info(
            'The conductor is ready: %s takes calls on the topic %s',
            self._conf.host,
            self._conf.conductor.topic,
        )

    def _make_server(self) -> Any:
        return rpc_transport.get_server(
            self._transport,
            messaging.Target(
                topic=self._conf.conductor.topic, server=self._conf.host
            ),
            [manager.ConductorManager(), manager.BaseManager()],
        )

    def _ping(self) -> None:
        """See that the bus brings what reporters send, and soon.

        :raises Exception: it does not
        """
        # A stop waits for it.
        timeout = min(_PING_TIMEOUT, self._conf.conductor.reporter_timeout / 3)
        client = rpc_transport.get_client(
            self._transport,
            messaging.Target(
                topic=self._conf.conductor.topic,
                namespace='baseapi',
                version='1.0',
            ),
            timeout=timeout,
        )
        client.call(context.get_admin_context(), 'ping', arg='closure')

    def stop(self, graceful: bool = True) -> None:
        """Take no more calls, finish those that are being worked on.

        One that still waits for the bus has none, and is not waited for.
        """
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._purge.stop()
        self._upkeep.stop()
        self._follow.stop()
        self._changes.stop()
        self._stats.stop()
        if self._consumer is not None:
            self._consumer.stop(graceful)
            self._transport.cleanup()
            self._consumer = None
            runtime.close_databases()
            if self._metrics_port is not None:
                self._metrics_port.stop()
            LOG.info('The conductor takes no more calls')
        super().stop(graceful)
