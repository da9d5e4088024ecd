# SPDX-License-Identifier: Apache-2.0
"""Where Prometheus reads what a process, or several, have counted.

prometheus_client is imported here alone, once it is known whether the process
is alone: it chooses for good when it is imported.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from nova_actions import exception
from nova_actions import metrics
from nova_actions.metrics import family
from nova_actions.metrics import shared

LOG = logging.getLogger(__name__)

#: Seconds between two looks at what is not counted but measured, and at what
#: became of the other processes.
INTERVAL = 5.0
#: The name by which prometheus_client finds the folder.
_FOLDER = 'PROMETHEUS_MULTIPROC_DIR'

_registry: Any = None


def set_up(folder: str | None = None) -> None:
    """Begin to count in this process.

    :param folder: where it shares what it counts with others, None when it
        is alone
    """
    global _registry
    if folder is None:
        os.environ.pop(_FOLDER, None)
    else:
        os.environ[_FOLDER] = folder
    import prometheus_client as library
    from prometheus_client import multiprocess

    # A time for each series, which nobody reads.
    library.disable_created_metrics()  # type: ignore[no-untyped-call]
    _registry = library.CollectorRegistry()
    if folder is not None:
        multiprocess.MultiProcessCollector(  # type: ignore[no-untyped-call]
            _registry, folder
        )
    for each in metrics.FAMILIES:
        each.make(library, _registry if folder is None else None)
    family.switch(True)


def tear_down() -> None:
    """Count nothing any more."""
    global _registry
    family.switch(False)
    for each in metrics.FAMILIES:
        each.drop()
    _registry = None


def registry() -> Any:
    """Return what is told: a registry of prometheus_client's. What else this
    process alone can tell is registered with it.

    :raises RuntimeError: when :func:`set_up` has not been called
    """
    if _registry is None:
        raise RuntimeError('metrics.endpoint.set_up() has not been called')
    return _registry


def application() -> Any:
    """Return a WSGI application that tells what is counted."""
    import prometheus_client as library

    return library.make_wsgi_app(registry())


class Endpoint:
    """Tells what is counted on a port of its own.

    :param host: the address to listen on
    :param port: where to listen; None when another tells
    :param folder: shared by several processes: whoever gets the port tells of
        all, and another takes over when that one is gone
    :param measure: called now and then to set gauges
    """

    def __init__(
        self,
        host: str,
        port: int | None,
        folder: str | None,
        measure: Callable[[], object],
    ) -> None:
        self._host = host
        self._port = port
        self._folder = shared.Folder(folder) if folder is not None else None
        self._measure = measure
        self._server: Any = None
        self._has_told = False
        self._ends = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name='nova-actions-metrics', daemon=True
        )

    def start(self) -> None:
        """Begin to count, and to tell.

        :raises Invalid: the port is taken, where no other process shares
            what is told
        :raises OSError: the folder cannot be had
        """
        if self._folder is None:
            set_up()
        else:
            self._folder.join()
            set_up(self._folder.path)
        try:
            self._listen()
        except OSError as error:
            if self._folder is None:
                raise exception.Invalid(
                    f'cannot listen on [metrics] bind_host {self._host} port '
                    f'{self._port}: {error.strerror}'
                ) from error
        self._thread.start()

    def _listen(self) -> None:
        if self._port is None or self._server is not None:
            return
        import prometheus_client as library

        try:
            self._server, _thread = library.start_http_server(
                self._port, self._host, registry()
            )
        except OSError as error:
            if not self._has_told:
                LOG.info(
                    'Port %d for metrics is taken (%s); this process '
                    'takes it once it is free',
                    self._port,
                    error.strerror,
                )
                self._has_told = True
            raise
        LOG.info('Metrics are told on %s port %d', self._host, self._port)

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - it must live
                LOG.warning(
                    'What metrics tell may be incomplete: %s',
                    type(error).__name__,
                )
            if self._ends.wait(INTERVAL):
                return

    def _look(self) -> None:
        self._measure()
        if self._folder is not None:
            from prometheus_client import multiprocess

            with contextlib.suppress(OSError):
                self._listen()
            if self._server is not None:
                self._folder.bury(multiprocess.mark_process_dead)

    def stop(self) -> None:
        """Tell nothing any more."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        tear_down()
        if self._folder is not None:
            self._folder.leave()


def of(
    conf: cfg.ConfigOpts,
    service: str,
    measure: Callable[[], object],
    is_alone: bool,
) -> Endpoint | None:
    """Return the endpoint of a service as it is configured, None where
    nothing is to be counted.

    :param service: ``api`` or ``conductor``
    :param is_alone: whether the service is one process
    :raises OSError: the folder that several processes share cannot be had
    """
    if not conf.metrics.enabled:
        return None
    folder = None
    if not is_alone:
        folder = os.path.join(conf.state_path, 'metrics', service)
        # A worker that fails by that would be started again for ever.
        shared.make(folder)
    return Endpoint(
        conf.metrics.bind_host,
        conf.metrics[f'{service}_port'],
        folder,
        measure,
    )


def beside_another(
    conf: cfg.ConfigOpts, measure: Callable[[], object]
) -> Endpoint | None:
    """Return an endpoint that counts and measures in a process that tells
    of it otherwise, None where nothing is to be counted."""
    return (
        Endpoint(conf.metrics.bind_host, None, None, measure)
        if conf.metrics.enabled
        else None
    )


@contextlib.contextmanager
def at_work(endpoint: Endpoint | None) -> Iterator[None]:
    """Have an endpoint work meanwhile, if there is one."""
    if endpoint is not None:
        endpoint.start()
    try:
        yield
    finally:
        if endpoint is not None:
            endpoint.stop()
