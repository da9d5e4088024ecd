# SPDX-License-Identifier: Apache-2.0
"""Our own options, by group."""

import os
import socket
from collections.abc import Sequence

from oslo_config import cfg
from oslo_config import types

from nova_actions.conf import folder
from nova_actions.conf import number
from nova_actions.conf import url

DEFAULT_OPTS = [
    cfg.StrOpt(
        'host',
        default=socket.gethostname(),
        sample_default='<hostname>',
        # The columns' limits: a report from a host without a name, or with
        # a longer one, could never be delivered.
        regex='.',
        max_length=255,
        help='The name of this host. The conductor listens on the bus under '
        'it, and a reporter writes it into the events of the host.',
    ),
    cfg.Opt(
        'state_path',
        type=folder.Folder(),
        default=folder.escaped(
            os.path.join(
                os.environ.get('XDG_STATE_HOME') or '~/.local/state',
                'nova-actions',
            )
        ),
        sample_default='$XDG_STATE_HOME/nova-actions',
        help='The folder for what must survive a restart: the database of '
        'nova-actions-all and the spool of the reporter. As in every option, '
        'write "$$" for a "$".',
    ),
]
API_OPTS = [
    cfg.StrOpt(
        'auth_strategy',
        default='keystone',
        choices=[
            (
                'keystone',
                'Keystone tokens, by keystonemiddleware '
                '([keystone_authtoken])',
            ),
            (
                'noauth2',
                'Trusts the caller: the token is '
                'user_id:project_id:role,role. For trials on a loopback '
                'address only',
            ),
        ],
        help='How callers are authenticated.',
    ),
    cfg.HostAddressOpt(
        'bind_host', default='127.0.0.1', help='The address to listen on.'
    ),
    number.port('bind_port', default=8774, help='The port to listen on.'),
    number.integer(
        'threads',
        default=10,
        min=1,
        max=10_000,
        help='The number of requests that the embedded server of '
        'nova-actions-api and nova-actions-all answers at once. Slow or idle '
        'connections do not take a thread. At most half of the threads wait '
        'for changes (GET /v1/changes). Under another WSGI server, set this '
        'to the number of threads of each of its processes.',
    ),
    number.integer(
        'connections',
        default=2000,
        min=1,
        max=1_000_000,
        help='The maximum number of connections that the embedded server '
        'holds. When all are taken, the connection that has waited longest '
        'for its client is closed in favour of the next one. Each connection '
        'needs an open file; the limit of the process is raised to that as '
        'far as the system allows.',
    ),
    number.integer(
        'max_limit',
        default=1000,
        mutable=True,
        help='The maximum number of items in a list, whatever limit the '
        'caller asks for.',
    ),
    cfg.Opt(
        'compute_link_prefix',
        type=url.Prefix(),
        mutable=True,
        help='Replaces the scheme, host and path prefix of this API in the '
        'links of a list when a proxy hides them: for example '
        'https://cloud.example.org/compute.',
    ),
    cfg.URIOpt(
        'public_url',
        schemes=['http', 'https'],
        mutable=True,
        help='The address in the self link of version documents. By default '
        'it is the address that the request was sent to.',
    ),
    number.seconds(
        'cell_timeout',
        default=5.0,
        min=0.1,
        # PostgreSQL has no longer one.
        max=2_000_000,
        help='The number of seconds to wait for a cell. A cell that does not '
        'answer costs this time once; after that, requests for its servers '
        'get 503 with Retry-After. Other servers are not affected.',
    ),
    number.seconds(
        'database_timeout',
        default=30.0,
        max=2_000_000,
        help='The number of seconds after which our own database cancels a '
        'statement of nova-actions-api or the WSGI application; the request '
        'then gets 503. MySQL limits only SELECT; SQLite has no '
        'such limit. 0 disables it.',
    ),
    cfg.BoolOpt(
        'ui',
        default=False,
        help='Serve the web page at /ui. Its files need no token; the data '
        'that it shows does. Enabled by default in nova-actions-all.',
    ),
]
UI_OPTS = [
    cfg.URIOpt(
        'keystone_url',
        schemes=['http', 'https'],
        help='The address at which browsers reach Keystone, for example '
        'https://keystone.example.org/v3. The page sends passwords there and '
        'nowhere else; Keystone must allow the origin of the page ([cors] '
        'allowed_origin in keystone.conf). Without it, users paste a token.',
    ),
]
CONDUCTOR_OPTS = [
    cfg.StrOpt(
        'topic',
        default='nova-actions-conductor',
        regex='.',
        # AMQP's limit.
        max_length=255,
        help="The topic on the bus that the conductor listens on. Nova's own "
        'is "conductor"; use that only on a bus without Nova\'s conductor, '
        "because two services on one topic take each other's calls.",
    ),
    number.integer(
        'workers',
        default=1,
        min=1,
        max=1000,
        help='The number of conductor processes on this host. Each handles '
        '[DEFAULT] executor_thread_pool_size calls at once and opens at most '
        '[database] max_pool_size + max_overflow connections. A thread that '
        'gets no connection within pool_timeout fails its call; so there are '
        'never more threads than connections, whatever is configured.',
    ),
    number.integer(
        'reporter_timeout',
        default=3600,
        help='The number of seconds of silence after which a reporter counts '
        'as dead, and its open events are closed as interrupted. Make it '
        'several times [reporter] heartbeat_interval, and longer than the bus '
        'may be unreachable from a living host. 0 disables it: the events are '
        'closed when the reporter of the host restarts.',
    ),
    number.integer(
        'orphan_timeout',
        default=86400,
        help='The number of seconds after which an action that has neither '
        'an event nor an end counts as interrupted. An event that arrives '
        'later reopens it. 0 disables it: such an action stays open.',
    ),
    number.integer(
        'clock_tolerance',
        default=300,
        max=366 * 86400,
        help='The number of seconds that the clock of a reporting host may '
        'be ahead of this host. A later time is set back to the current time, '
        'counted and logged.',
    ),
]
REPORTER_OPTS = [
    cfg.StrOpt(
        'mode',
        default='durable',
        choices=[
            (
                'durable',
                'Writes each report to a spool under [DEFAULT] state_path '
                'and sends it from there; the reported work never waits '
                'for the network',
            ),
            (
                'sync',
                'Sends each report at once, and waits for the answer at '
                'most [reporter] timeout seconds',
            ),
            ('off', 'This process records nothing'),
        ],
        help='How reports reach the conductor.',
    ),
    number.seconds(
        'timeout',
        default=5.0,
        min=0.1,
        help='With mode = sync: the number of seconds to wait for the '
        'conductor to answer a report. A report without an answer is sent '
        'again in the background for as long as the process lives. In both '
        'modes: how long a process waits for its last reports when it ends; '
        'with mode = durable, at most 0.25 s for a conductor that does not '
        'answer.',
    ),
    number.integer(
        'spool_max_bytes',
        default=256 * 1024 * 1024,
        min=4096,
        max=2**63 - 1,
        help='The maximum size in bytes of the reports that wait for '
        'delivery. Reports beyond it are dropped, counted and logged. Room is '
        'reserved for the end of each event that has started, and the last '
        'eighth for ends of events that started in another process. Damaged '
        'spools that are kept aside count for at most half of it.',
    ),
    cfg.StrOpt(
        'fsync',
        default='interval',
        choices=[
            (
                'always',
                'Before the reported work continues: survives a power '
                'loss, and costs a disk write each time',
            ),
            ('interval', 'Every fsync_interval seconds, in the background'),
            ('never', 'When the operating system decides'),
        ],
        help='When the spool is forced to disk. Reports survive any end of '
        'the process in every mode; this option is about a crash or power '
        'loss of the host.',
    ),
    number.seconds(
        'fsync_interval',
        default=1.0,
        min=0.05,
        help='With fsync = interval: the number of seconds of reports that a '
        'power loss may cost.',
    ),
    number.integer(
        'batch_size',
        default=500,
        min=1,
        max=500,
        help='The maximum number of reports in one call.',
    ),
    number.seconds(
        'delivery_interval',
        default=0.1,
        help='The number of seconds for which reports are collected before '
        'they are sent.',
    ),
    number.seconds(
        'parent_timeout',
        default=3600.0,
        help='The number of seconds for which a report is kept whose action '
        'or server is unknown to the conductor: the report of that may still '
        'wait in the spool of another host.',
    ),
    number.seconds(
        'heartbeat_interval',
        default=30.0,
        min=0.1,
        help='The number of seconds without reports after which the reporter '
        'sends a heartbeat to the conductor. [conductor] reporter_timeout '
        'must be several times this.',
    ),
    cfg.ListOpt(
        'required_actions',
        default=[],
        help='Actions that must not start unless their start has been '
        'stored, by the name of the action or of the event: for example '
        'delete, compute_terminate_instance. When the start cannot be stored, '
        'they fail with an error.',
    ),
]
METRICS_OPTS = [
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Collect metrics and serve them to Prometheus at "/metrics", '
        'without authentication. nova-actions-all serves them on the port of '
        'its API.',
    ),
    cfg.HostAddressOpt(
        'bind_host',
        default='127.0.0.1',
        help='The address on which nova-actions-api and '
        'nova-actions-conductor serve metrics. They include host names: use '
        'the network of the operators.',
    ),
    number.port(
        'api_port',
        default=9774,
        help='The port for the metrics of nova-actions-api. Under another '
        'WSGI server with several processes, one of them listens and serves '
        'the metrics of all.',
    ),
    number.port(
        'conductor_port',
        default=9775,
        help='The port for the metrics of nova-actions-conductor. One of the '
        'workers listens and serves the metrics of all.',
    ),
]
NOTIFICATIONS_OPTS = [
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Have the conductor send a notification of each change. '
        '[oslo_messaging_notifications] configures how and where to; set its '
        'driver to messagingv2.',
    ),
]
RETENTION_OPTS = [
    number.integer(
        'days',
        default=0,
        max=36500,
        mutable=True,
        help='The number of days for which an action is kept after it was '
        'created and last changed. The conductor deletes older actions with '
        'their events, except those still running. 0 disables it; '
        '"nova-actions-manage db purge" and "db archive" do the same by hand. '
        'Restored actions that are older are deleted again.',
    ),
    number.integer(
        'keep_last',
        default=0,
        mutable=True,
        help='The number of newest actions of each server that are kept '
        'regardless of age.',
    ),
    number.integer(
        'changes_days',
        default=7,
        max=36500,
        mutable=True,
        help='The number of days for which changes are kept for "GET '
        '/v1/changes". A client that was away for longer gets 410 and must '
        'read the list again. 0 keeps them for ever.',
    ),
    number.integer(
        'stats_days',
        default=400,
        max=36500,
        mutable=True,
        help='For how many days the hourly counts are kept that '
        '"GET /v1/stats" answers from, also when their actions are purged. '
        'Older hours are counted from the actions that are left. Set it '
        'longer than days. 0: for ever.',
    ),
    number.integer(
        'interval',
        default=3600,
        min=1,
        help='The number of seconds between two runs of the retention in the '
        'conductor.',
    ),
]
SANITIZE_OPTS = [
    cfg.MultiOpt(
        'patterns',
        item_type=types.String(),
        default=[],
        help='Regular expressions for further secrets, one per line. What '
        'they match is masked before error text is stored or shown. An '
        'invalid or unbounded expression is refused at start.',
    ),
    cfg.BoolOpt(
        'source_lines',
        default=True,
        help='Keep the source lines in tracebacks. Without them only file, '
        'line number and function are kept, so that no literal in the source '
        'can leak.',
    ),
]
UPGRADE_LEVELS_OPTS = [
    cfg.StrOpt(
        'conductor',
        help='Pins the versions of the objects that this process sends to '
        'the conductor: a release of nova-actions, or pairs such as '
        'InstanceAction=1.2,InstanceActionEvent=1.4. Set it while there are '
        'conductors older than this process.',
    ),
]
GROUPS: dict[str | None, Sequence[cfg.Opt]] = {
    None: DEFAULT_OPTS,
    'api': API_OPTS,
    'conductor': CONDUCTOR_OPTS,
    'metrics': METRICS_OPTS,
    'notifications': NOTIFICATIONS_OPTS,
    'reporter': REPORTER_OPTS,
    'retention': RETENTION_OPTS,
    'sanitize': SANITIZE_OPTS,
    'ui': UI_OPTS,
    'upgrade_levels': UPGRADE_LEVELS_OPTS,
}
