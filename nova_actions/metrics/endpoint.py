# SPDX-License-Identifier: Apache-2.0
"""The endpoint where Prometheus scrapes one process, or several as one.

Only this module imports prometheus_client, and only once it knows whether the
process is alone: the library decides that for good when it is imported.
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

#: Seconds between two measurements of gauges, and between two looks for
#: processes that have ended.
INTERVAL = 5.0
#: The environment variable that names the folder to prometheus_client.
_FOLDER = 'PROMETHEUS_MULTIPROC_DIR'

_registry: Any = None


def set_up(folder: str | None = None) -> None:
    """Start counting in this process.

    :param folder: where several processes share what they count; None when
        this one is alone
    """
    global _registry
    if folder is None:
        os.environ.pop(_FOLDER, None)
    else:
        os.environ[_FOLDER] = folder
    import prometheus_client as library
    from prometheus_client import multiprocess

    # A timestamp for each series that nobody reads.
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
    """Stop counting."""
    global _registry
    family.switch(False)
    for each in metrics.FAMILIES:
        each.drop()
    _registry = None


def registry() -> Any:
    """Return the registry that is scraped, to register further collectors of
    this process with.

    :raises RuntimeError: when :func:`set_up` has not been called
    """
    if _registry is None:
        raise RuntimeError('metrics.endpoint.set_up() has not been called')
    return _registry


def application() -> Any:
    """Return a WSGI application that serves the metrics."""
    import prometheus_client as library

    return library.make_wsgi_app(registry())


class Endpoint:
    """Serves metrics on a port of its own.

    :param host: the address to listen on
    :param port: where to listen; None when another server serves them
    :param folder: shared by several processes: the one that gets the port
        serves the metrics of all, and another takes over when it ends
    :param measure: called every :data:`INTERVAL` seconds to set gauges
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
        self._has_logged = False
        self._ends = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name='nova-actions-metrics', daemon=True
        )

    def start(self) -> None:
        """Start counting and serving.

        :raises Invalid: the port is taken, and no other process shares the
            folder
        :raises OSError: the folder cannot be used
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
            if not self._has_logged:
                LOG.info(
                    'Port %d for metrics is taken (%s); this process '
                    'takes over when it becomes free',
                    self._port,
                    error.strerror,
                )
                self._has_logged = True
            raise
        LOG.info('Serving metrics on %s port %d', self._host, self._port)

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - it must live
                LOG.warning(
                    'Metrics may be incomplete: %s',
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
        """Stop serving and counting."""
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
    """Return the endpoint of a service as configured; None when metrics are
    off.

    :param service: ``api`` or ``conductor``
    :param is_alone: whether the service is one process
    :raises OSError: the folder that several processes share cannot be used
    """
    if not conf.metrics.enabled:
        return None
    folder = None
    if not is_alone:
        folder = os.path.join(conf.state_path, 'metrics', service)
        # Here, since a worker that fails would be restarted for ever.
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
    """Return an endpoint for a process that serves its metrics elsewhere;
    None when metrics are off."""
    return (
        Endpoint(conf.metrics.bind_host, None, None, measure)
        if conf.metrics.enabled
        else None
    )


@contextlib.contextmanager
def at_work(endpoint: Endpoint | None) -> Iterator[None]:
    """Run an endpoint, if there is one, while the context lasts."""
    if endpoint is not None:
        endpoint.start()
    try:
        yield
    finally:
        if endpoint is not None:
            endpoint.stop()
