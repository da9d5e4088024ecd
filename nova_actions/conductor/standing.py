# SPDX-License-Identifier: Apache-2.0
"""How the record stands, as metrics: read from the database when Prometheus
asks.

Every conductor tells the same of it, so that none is missed when one goes:
take ``max without (instance)`` of these, never a sum. A collector is right
here although several processes may share what they count: the process that
tells runs it, and nothing of it is in the shared folder.
"""

import collections
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import core
from prometheus_client import registry

from nova_actions import context
from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import reporter
from nova_actions.db import standing
from nova_actions.metrics import name

#: Of how many hosts each is told: those with the highest values.
WORST = 100
#: Seconds for which an answer of the database is told again.
FRESH = 10.0

Gauge = core.GaugeMetricFamily


class Collector(registry.Collector):
    """Reads how the record stands, at most every :data:`FRESH` seconds.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = float('-inf')
        self._found: standing.Standing | None = None

    def describe(self) -> list[Gauge]:
        """Say that nothing is known before it is read."""
        return []

    def collect(self) -> Iterator[Gauge]:
        """Yield what there is; only that the database does not answer, when
        it does not."""
        found = self._read()
        yield Gauge(
            'nova_actions_database_up',
            'Whether the database told how the record stands.',
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
        'How long ago the oldest of them was begun.',
        'action',
        ages,
    )
    yield Gauge(
        'nova_actions_interrupted_actions',
        'Actions that are kept of which nobody told how they ended.',
        value=found.interrupted,
    )


def _of_reporters(found: standing.Standing) -> Iterator[Gauge]:
    hosts = found.hosts.values()
    yield _labelled(
        'nova_actions_reporter_hosts',
        f'Hosts that record: all, and those of which a process has not been '
        f'heard of for {reporter.SILENCE.total_seconds():g} s.',
        'state',
        {
            'all': len(hosts),
            'silent': sum(each.is_silent for each in hosts),
        },
    )
    yield Gauge(
        'nova_actions_reporters',
        'Processes that record.',
        value=found.reporters,
    )
    yield _labelled(
        'nova_actions_host_silence_seconds',
        'For how long the most silent process that records on a host has not '
        f'been heard of; of the {WORST} worst hosts.',
        'host',
        _worst({host: each.silent for host, each in found.hosts.items()}),
    )
    yield Gauge(
        'nova_actions_waiting_reports',
        'Reports that wait in the spools of all hosts.',
        value=sum(each.waiting for each in hosts),
    )
    yield _labelled(
        'nova_actions_host_waiting_reports',
        f'Reports that wait in the spools of a host; of the {WORST} worst '
        'hosts.',
        'host',
        _worst({host: each.waiting for host, each in found.hosts.items()}),
    )
    yield Gauge(
        'nova_actions_oldest_waiting_report_seconds',
        'For how long the oldest report that waits in a spool has been '
        'waiting.',
        value=max((each.oldest for each in hosts), default=0.0),
    )
    yield _labelled(
        'nova_actions_host_oldest_waiting_report_seconds',
        'For how long the oldest report that waits in the spools of a host '
        f'has been waiting; of the {WORST} worst hosts.',
        'host',
        _worst({host: each.oldest for host, each in found.hosts.items()}),
    )
    yield _labelled(
        'nova_actions_lost_reports',
        'Reports that were lost, by the processes that are not forgotten yet '
        '(a week after their end).',
        'reason',
        {reason: found.lost.get(reason, 0) for reason in vocabulary.LOSSES},
    )


def _of_cells(found: standing.Standing) -> Gauge:
    return _labelled(
        'nova_actions_follow_lag_seconds',
        'How old what is copied of a followed cell is; of one that is not '
        'paused.',
        'cell',
        {cell: lag for cell, lag in found.cells.items() if lag is not None},
    )


def _worst(values: Mapping[str, float]) -> dict[str, float]:
    return dict(
        sorted(values.items(), key=lambda item: (-item[1], item[0]))[:WORST]
    )


def _labelled(
    family: str, text: str, label: str, values: Mapping[Any, float]
) -> Gauge:
    gauge = Gauge(family, text, labels=(label,))
    for each, value in values.items():
        gauge.add_metric((each,), value)
    return gauge
