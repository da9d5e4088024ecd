# SPDX-License-Identifier: Apache-2.0
"""Metrics that are read from the database when Prometheus scrapes.

Every conductor exports the same values, so that none is missing when one
stops: take ``max without (instance)`` of these, never a sum. A collector works
although several processes may share their counters: only the process that is
scraped runs it, and nothing of it is in the shared folder.
"""

import collections
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import core
from prometheus_client import registry

from nova_actions import context
from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import reporter
from nova_actions.db import standing
from nova_actions.metrics import name

#: The number of hosts with gauges of their own: those with the highest values.
WORST = 100
#: Seconds for which an answer of the database is reused.
FRESH = 10.0

Gauge = core.GaugeMetricFamily


class Collector(registry.Collector):
    """Reads the metrics, at most every :data:`FRESH` seconds.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = float('-inf')
        self._found: standing.Standing | None = None

    def describe(self) -> list[Gauge]:
        """Return nothing: the metrics are not known before they are read."""
        return []

    def collect(self) -> Iterator[Gauge]:
        """Yield the metrics; only ``database_up`` if the database does not
        answer."""
        found = self._read()
        yield Gauge(
            'nova_actions_database_up',
            '1 if the database answered, else 0.',
            value=found is not None,
        )
        if found is not None:
            yield from _of_actions(found)
            yield from _of_reporters(found)
            yield _of_cells(found)

    def _read(self) -> standing.Standing | None:
        with self._lock:
            if self._clock() - self._read_at >= FRESH:
                try:
                    self._found = standing.get(context.get_admin_context())
                except exception.Unavailable:
                    self._found = None
                self._read_at = self._clock()
            return self._found


def _of_actions(found: standing.Standing) -> Iterator[Gauge]:
    numbers: collections.Counter[str] = collections.Counter()
    ages: dict[str, float] = {}
    for action, (number, age) in found.open.items():
        label = name.action(action)
        numbers[label] += number
        ages[label] = max(age, ages.get(label, 0.0))
    yield _labelled(
        'nova_actions_open_actions',
        'Actions that have not ended.',
        'action',
        numbers,
    )
    yield _labelled(
        'nova_actions_oldest_open_action_seconds',
        'Age of the oldest open action.',
        'action',
        ages,
    )
    yield Gauge(
        'nova_actions_interrupted_actions',
        'Actions in the database with the status interrupted.',
        value=found.interrupted,
    )


def _of_reporters(found: standing.Standing) -> Iterator[Gauge]:
    hosts = found.hosts.values()
    yield _labelled(
        'nova_actions_reporter_hosts',
        'Hosts that report: all, and those with a reporter that has sent no '
        f'heartbeat for {reporter.SILENCE.total_seconds():g} s.',
        'state',
        {
            'all': len(hosts),
            'silent': sum(each.is_silent for each in hosts),
        },
    )
    yield Gauge(
        'nova_actions_reporters',
        'Processes that report.',
        value=found.reporters,
    )
    yield _labelled(
        'nova_actions_host_silence_seconds',
        'Seconds since the last heartbeat of the most silent reporter of a '
        f'host; of the {WORST} worst hosts.',
        'host',
        _worst({host: each.silent for host, each in found.hosts.items()}),
    )
    yield Gauge(
        'nova_actions_waiting_reports',
        'Reports waiting in the spools of all hosts.',
        value=sum(each.waiting for each in hosts),
    )
    yield _labelled(
        'nova_actions_host_waiting_reports',
        f'Reports waiting in the spools of a host; of the {WORST} worst '
        'hosts.',
        'host',
        _worst({host: each.waiting for host, each in found.hosts.items()}),
    )
    yield Gauge(
        'nova_actions_oldest_waiting_report_seconds',
        'How long the oldest report in a spool has been waiting.',
        value=max((each.oldest for each in hosts), default=0.0),
    )
    yield _labelled(
        'nova_actions_host_oldest_waiting_report_seconds',
        'How long the oldest report in the spools of a host has been waiting; '
        f'of the {WORST} worst hosts.',
        'host',
        _worst({host: each.oldest for host, each in found.hosts.items()}),
    )
    yield _labelled(
        'nova_actions_lost_reports',
        'Lost reports of processes that run or ended less than a week ago.',
        'reason',
        {reason: found.lost.get(reason, 0) for reason in vocabulary.LOSSES},
    )


def _of_cells(found: standing.Standing) -> Gauge:
    return _labelled(
        'nova_actions_follow_lag_seconds',
        'How far the copy of a followed cell is behind; of cells that are not '
        'paused.',
        'cell',
        {cell: lag for cell, lag in found.cells.items() if lag is not None},
    )


def _worst(values: Mapping[str, float]) -> dict[str, float]:
    return dict(
        sorted(values.items(), key=lambda item: (-item[1], item[0]))[:WORST]
    )


def _labelled(
    family: str, text: str, label: str, values: Mapping[str, float]
) -> Gauge:
    gauge = Gauge(family, text, labels=(label,))
    for each, value in values.items():
        gauge.add_metric((each,), value)
    return gauge
