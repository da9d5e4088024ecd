# SPDX-License-Identifier: Apache-2.0
"""Every metric that a process counts, under the name that Prometheus sees.

Until :func:`nova_actions.metrics.endpoint.set_up` is called, nothing is
counted and prometheus_client is not imported. After that, counting adds to a
number in memory.

No label contains an id, a user or a project. Names that reporters choose go
through :mod:`nova_actions.metrics.name` first.
"""

from nova_actions.metrics.family import Counter
from nova_actions.metrics.family import Gauge
from nova_actions.metrics.family import Histogram
from nova_actions.metrics.family import is_on

__all__ = (
    'ACTIONS_FINISHED',
    'ACTIONS_STARTED',
    'ACTION_DURATION',
    'DATABASE_CONNECTIONS',
    'EVENTS_FINISHED',
    'EVENTS_STARTED',
    'EVENT_DURATION',
    'FAMILIES',
    'NOTIFICATIONS',
    'POLICY_REFUSALS',
    'REDACTIONS',
    'REPORTS',
    'REPORT_DELAY',
    'REQUEST_DURATION',
    'is_on',
)

#: Seconds, for what takes up to an hour.
_LONG = (
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    1200,
    1800,
    3600,
)

ACTIONS_STARTED = Counter(
    'nova_actions_actions_started_total',
    'Actions that were started.',
    ('action',),
)
ACTIONS_FINISHED = Counter(
    'nova_actions_actions_finished_total',
    'Actions that ended, by their status then.',
    ('action', 'outcome'),
)
ACTION_DURATION = Histogram(
    'nova_actions_action_duration_seconds',
    'Duration of actions that ended.',
    ('action', 'outcome'),
    _LONG,
)
EVENTS_STARTED = Counter(
    'nova_actions_events_started_total',
    'Steps of actions that were started.',
    ('event',),
)
EVENTS_FINISHED = Counter(
    'nova_actions_events_finished_total',
    'Steps of actions that ended, by their result.',
    ('event', 'outcome'),
)
EVENT_DURATION = Histogram(
    'nova_actions_event_duration_seconds',
    'Duration of steps of actions that ended.',
    ('event',),
    _LONG,
)
REPORTS = Counter(
    'nova_actions_reports_received_total',
    'Reports that a conductor answered: applied, known already, or refused '
    'with an error.',
    ('verdict', 'error'),
)
REPORT_DELAY = Histogram(
    'nova_actions_report_delay_seconds',
    'How old the oldest report of a batch was when a conductor stored it.',
    (),
    _LONG,
)
NOTIFICATIONS = Counter(
    'nova_actions_notifications_total',
    'Notifications of changes: sent, or dropped because the notification bus '
    'is down or too slow, or because they could not be built.',
    ('outcome',),
)
POLICY_REFUSALS = Counter(
    'nova_actions_policy_refusals_total',
    'Calls that a policy rule refused.',
    ('rule',),
)
REDACTIONS = Counter(
    'nova_actions_redactions_total',
    'Secrets masked in texts before they are stored, by the rule that found '
    'them.',
    ('rule',),
)
REQUEST_DURATION = Histogram(
    'nova_actions_http_request_duration_seconds',
    'Duration of requests to the REST API.',
    ('route', 'method', 'status'),
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
DATABASE_CONNECTIONS = Gauge(
    'nova_actions_database_connections',
    'Connections in the pool of our own database: in use, idle, and the '
    'limit.',
    ('state',),
)

FAMILIES = (
    ACTIONS_STARTED,
    ACTIONS_FINISHED,
    ACTION_DURATION,
    EVENTS_STARTED,
    EVENTS_FINISHED,
    EVENT_DURATION,
    NOTIFICATIONS,
    REPORTS,
    REPORT_DELAY,
    POLICY_REFUSALS,
    REDACTIONS,
    REQUEST_DURATION,
    DATABASE_CONNECTIONS,
)
