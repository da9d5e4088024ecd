# SPDX-License-Identifier: Apache-2.0
"""A statistic, as a client reads it."""

from collections.abc import Sequence

from nova_actions.api.views import View
from nova_actions.objects import stat_criteria
from nova_actions.objects.stat import Stat
from nova_actions.objects.stat import StatList

_NUMBERS = (
    'count',
    'succeeded',
    'failed',
    'retried',
    'interrupted',
    'open',
    'failure_rate',
)
#: Name of a duration -> where it is found.
DURATIONS = {
    'duration_p50': 'p50',
    'duration_p95': 'p95',
    'duration_p99': 'p99',
    'duration_max': 'longest',
}
ACTIONS = 'actions'
STEPS = 'steps'


def counted(found: StatList) -> str:
    """Return the word for what is counted."""
    return STEPS if found.of_steps else ACTIONS


def stat(group: Stat, by: Sequence[str]) -> View:
    """Return a group.

    :param by: the words that it is counted by
    """
    found: View = {
        word: getattr(group, stat_criteria.BY[word]) or None for word in by
    }
    found.update({name: getattr(group, name) for name in _NUMBERS})
    for name, field in DURATIONS.items():
        took = getattr(group, field)
        found[name] = None if took is None else took / 1_000_000
    return found
