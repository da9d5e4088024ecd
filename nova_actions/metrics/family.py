# SPDX-License-Identifier: Apache-2.0
"""Metric families, which do nothing until :meth:`Family.make` is called."""

from collections.abc import Callable, Sequence
from typing import Any

_is_on = False


def is_on() -> bool:
    """Tell whether this process counts anything."""
    return _is_on


def switch(on: bool) -> None:
    """Turn counting in this process on or off."""
    global _is_on
    _is_on = on


class Family:
    """A metric and its labels.

    :param name: as Prometheus sees it
    :param text: its help text in ``/metrics``
    :param labels: the names of its labels
    """

    kind = ''

    def __init__(
        self, name: str, text: str, labels: Sequence[str] = ()
    ) -> None:
        self.name = name
        self.text = text
        self.labels = tuple(labels)
        self._metric: Any = None

    def make(self, library: Any, registry: Any) -> None:
        """Start counting.

        :param library: the module prometheus_client
        :param registry: where to register it; None when several processes
            share a folder
        """
        self._metric = getattr(library, self.kind)(
            self.name,
            self.text,
            self.labels,
            registry=registry,
            **self._options(),
        )

    def drop(self) -> None:
        """Stop counting."""
        self._metric = None

    def _options(self) -> dict[str, Any]:
        return {}

    def _call(
        self, method: str, value: float, labels: tuple[str, ...]
    ) -> None:
        metric = self._metric
        if metric is not None:
            if labels:
                metric = metric.labels(*labels)
            call: Callable[[float], object] = getattr(metric, method)
            call(value)


class Counter(Family):
    """A number that only grows."""

    kind = 'Counter'

    def add(self, *labels: str, number: int = 1) -> None:
        self._call('inc', number, labels)


class Gauge(Family):
    """A current value; with several processes, the sum over those that
    run."""

    kind = 'Gauge'

    def set(self, value: float, *labels: str) -> None:
        self._call('set', value, labels)

    def _options(self) -> dict[str, Any]:
        return {'multiprocess_mode': 'livesum'}


class Histogram(Family):
    """How many values fell into each bucket.

    :param buckets: their upper limits
    """

    kind = 'Histogram'

    def __init__(
        self,
        name: str,
        text: str,
        labels: Sequence[str],
        buckets: Sequence[float],
    ) -> None:
        super().__init__(name, text, labels)
        self._buckets = tuple(buckets)

    def observe(self, value: float, *labels: str) -> None:
        self._call('observe', value, labels)

    def _options(self) -> dict[str, Any]:
        return {'buckets': self._buckets}
