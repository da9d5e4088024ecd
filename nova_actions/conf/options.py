# SPDX-License-Identifier: Apache-2.0
"""Our own options, by group."""

import os
import socket
from collections.abc import Sequence

from oslo_config import cfg
from oslo_config import types

from nova_actions.conf import folder

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
        'it; a reporter writes it into the events of the host.',
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
        help='The folder of what must survive a restart: the database of '
        'nova-actions-all and the spool of the reporter. As in every '
        'option, "$$" stands for a "$".',
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
                'Whoever comes is whoever he says: the token '
                'is user_id:project_id:role,role. For trials '
                'on a loopback address only',
            ),
        ],
        help='Who says who a caller is.',
    ),
    cfg.HostAddressOpt(
        'bind_host', default='127.0.0.1', help='The address to listen on.'
    ),
    cfg.PortOpt('bind_port', default=8774, help='The port to listen on.'),
    cfg.IntOpt(
        'threads',
        default=10,
        min=1,
        help='How many requests are answered at once by the embedded server '
        'of nova-actions-api and nova-actions-all. A connection that '
        'is slow or idle takes none of them. Half of them may wait for '
        'changes, in a process of another WSGI server too; set it to '
        'the number of threads there.',
    ),
    cfg.IntOpt(
        'connections',
        default=2000,
        min=1,
        help='How many connections the embedded server holds at once. When '
        'all are taken, the one that has waited longest for its client '
        'is closed for the next. Each needs an open file; the limit of '
        'the process is raised to that, as far as it may be.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=0,
        mutable=True,
        help='How many items a list returns at the most, whatever its caller '
        'asks for.',
    ),
    cfg.StrOpt(
        'compute_link_prefix',
        mutable=True,
        help='What replaces scheme, host and path prefix of this API in the '
        'links of a list, when a proxy hides them: for example '
        'https://cloud.example.org/compute.',
    ),
    cfg.URIOpt(
        'public_url',
        schemes=['http', 'https'],
        mutable=True,
        help='The address in the self link of the version document. By '
        'default the address that the request was sent to.',
    ),
    cfg.FloatOpt(
        'cell_timeout',
        default=5.0,
        min=0.1,
        help='How many seconds a cell is waited for. A cell that does not '
        'answer costs that long once; then its servers get 503 with '
        'Retry-After, and other servers are not affected.',
    ),
    cfg.FloatOpt(
        'database_timeout',
        default=30.0,
        min=0,
        help='How many seconds our own database works on one statement of '
        'nova-actions-api or the WSGI application; then it breaks off, '
        'and the request gets 503. MySQL limits only SELECT, SQLite '
        'nothing. 0 turns that off.',
    ),
    cfg.BoolOpt(
        'ui',
        default=False,
        help='Serve the page at /ui. Its files need no token, what it shows '
        'does. On by default in nova-actions-all.',
    ),
]
UI_OPTS = [
    cfg.URIOpt(
        'keystone_url',
        schemes=['http', 'https'],
        help='Where browsers reach Keystone, as in '
        'https://keystone.example.org/v3. The page sends passwords '
        'there, and nowhere else; Keystone must allow its origin '
        '([cors] allowed_origin in keystone.conf). Without it a token '
        'is pasted.',
    ),
]
CONDUCTOR_OPTS = [
    cfg.StrOpt(
        'topic',
        default='nova-actions-conductor',
        help="The topic on the bus that the conductor answers on. Nova's "
        'own is "conductor"; take that only on a bus that Nova\'s '
        'conductor is not on, since two that share a topic take each '
        "other's calls.",
    ),
    cfg.IntOpt(
        'workers',
        default=1,
        min=1,
        help='How many processes of the conductor run on this host. Each '
        'works on [DEFAULT] executor_thread_pool_size calls at once and '
        'has at most [database] max_pool_size + max_overflow '
        'connections. A thread without a connection waits for one, and '
        'its caller gets an error after pool_timeout; so threads are at '
        'most as many as connections, whatever is set.',
    ),
    cfg.IntOpt(
        'reporter_timeout',
        default=3600,
        min=0,
        help="After how many seconds of silence a host's reporter counts as "
        'dead and its open events are closed as interrupted; several '
        'times [reporter] heartbeat_interval, and longer than the bus is '
        'away from a host that lives. 0 turns that off: they are closed '
        "when the host's reporter starts anew.",
    ),
    cfg.IntOpt(
        'orphan_timeout',
        default=86400,
        min=0,
        help='After how many seconds an action that has neither got a step '
        'nor been ended counts as interrupted. A step that comes later '
        'opens it again. 0 turns that off: it runs for ever.',
    ),
    cfg.IntOpt(
        'clock_tolerance',
        default=300,
        min=0,
        max=366 * 86400,
        help='By how many seconds the clock of a host that records may be '
        'ahead of this one. A time that is later is cut to now, counted '
        'and logged.',
    ),
]
REPORTER_OPTS = [
    cfg.StrOpt(
        'mode',
        default='durable',
        choices=[
            (
                'durable',
                'Each report is written to a spool under '
                '[DEFAULT] state_path and sent from there; the '
                'work that it tells of waits for no network',
            ),
            (
                'sync',
                'Each report is sent at once, and waited for at '
                'most [reporter] timeout seconds',
            ),
            ('off', 'Nothing is recorded by this process'),
        ],
        help='How what happens gets to the conductor.',
    ),
    cfg.FloatOpt(
        'timeout',
        default=5.0,
        min=0.1,
        help='With mode = sync: how many seconds a report is waited for. '
        'One that is not answered by then is sent again in the '
        'background, as long as the process lives. With both modes: '
        'how long a process that ends waits for its last reports; with '
        'mode = durable no longer than 0.25 s for a conductor '
        'that does not answer.',
    ),
    cfg.IntOpt(
        'spool_max_bytes',
        default=256 * 1024 * 1024,
        min=4096,
        help='How many bytes of reports are kept while they cannot be '
        'delivered. What comes after that is dropped, counted and '
        'logged; room is kept for the end of each step that has begun, '
        'and the last eighth for ends of what began in another '
        'process. Damaged spools that are kept aside count, for at most '
        'half of it.',
    ),
    cfg.StrOpt(
        'fsync',
        default='interval',
        choices=[
            (
                'always',
                'Before the reported work goes on: survives a '
                'loss of power, costs the time of the disk',
            ),
            ('interval', 'Every fsync_interval seconds, in the background'),
            ('never', 'When the system sees fit'),
        ],
        help='When the spool is forced to disk. Reports survive the end of '
        'the process in any way with each of them; this is about the '
        'end of the system.',
    ),
    cfg.FloatOpt(
        'fsync_interval',
        default=1.0,
        min=0.05,
        help='With fsync = interval: how many seconds of reports a loss of '
        'power may cost.',
    ),
    cfg.IntOpt(
        'batch_size',
        default=500,
        min=1,
        max=500,
        help='How many reports are sent in one call.',
    ),
    cfg.FloatOpt(
        'delivery_interval',
        default=0.1,
        min=0,
        help='How many seconds reports are gathered before they are sent.',
    ),
    cfg.FloatOpt(
        'parent_timeout',
        default=3600.0,
        min=0,
        help='How many seconds a report is kept whose action (or server) the '
        'conductor does not know yet: that may wait in the spool of '
        'another host.',
    ),
    cfg.FloatOpt(
        'heartbeat_interval',
        default=30.0,
        min=0.1,
        help='After how many seconds without reports the conductor is told '
        'that this reporter lives. [conductor] reporter_timeout must be '
        'several times that.',
    ),
    cfg.ListOpt(
        'required_actions',
        default=[],
        help='Actions that must not begin unless their beginning is safely '
        'stored, by the name of the action, or of a step as it is '
        'recorded: for example delete, compute_terminate_instance. '
        'They are refused with an error otherwise.',
    ),
]
METRICS_OPTS = [
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Count what happens, and tell it to Prometheus at "/metrics", '
        'to whoever asks. nova-actions-all tells it on the port of its '
        'API, which needs no token for it.',
    ),
    cfg.HostAddressOpt(
        'bind_host',
        default='127.0.0.1',
        help='The address that nova-actions-api and nova-actions-conductor '
        'tell it on. Names of hosts are told there: it is for the '
        "operators' network.",
    ),
    cfg.PortOpt(
        'api_port',
        default=9774,
        help='The port of nova-actions-api for it. Of several processes of '
        'another WSGI server, one listens and tells of all.',
    ),
    cfg.PortOpt(
        'conductor_port',
        default=9775,
        help='The port of nova-actions-conductor for it. One of the workers '
        'listens and tells of all.',
    ),
]
NOTIFICATIONS_OPTS = [
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Have the conductor send a notification of each change. How '
        'and where to is said by [oslo_messaging_notifications]; set '
        'its driver to messagingv2.',
    ),
]
RETENTION_OPTS = [
    cfg.IntOpt(
        'days',
        default=0,
        min=0,
        max=36500,
        mutable=True,
        help='For how many days an action is kept after it was created and '
        'last changed. What is older is deleted by the conductor, with '
        'its events, but for what still runs. 0 turns that off: '
        '"nova-actions-manage db purge" and "db archive" do it by hand. '
        'Restored actions that are older are deleted again.',
    ),
    cfg.IntOpt(
        'keep_last',
        default=0,
        min=0,
        mutable=True,
        help='How many of the newest actions of each server are kept '
        'whatever their age.',
    ),
    cfg.IntOpt(
        'changes_days',
        default=7,
        min=0,
        max=36500,
        mutable=True,
        help='For how many days a change is kept that "GET /v1/changes" '
        'tells of. Who has not asked for longer gets 410 and must read '
        'the list anew. 0: for ever.',
    ),
    cfg.IntOpt(
        'stats_days',
        default=400,
        min=0,
        max=36500,
        mutable=True,
        help='For how many days the hourly counts are kept that '
        '"GET /v1/stats" answers from, also when their actions are purged. '
        'Older hours are counted from the actions that are left. Set it '
        'longer than days. 0: for ever.',
    ),
    cfg.IntOpt(
        'interval',
        default=3600,
        min=1,
        help='How many seconds the conductor waits after looking for what '
        'is too old.',
    ),
]
SANITIZE_OPTS = [
    cfg.MultiOpt(
        'patterns',
        item_type=types.String(),
        default=[],
        help='Regular expressions of further secrets, one in each line. What '
        'they match is replaced before error text is stored or shown. '
        'An expression that is broken or unbounded is refused at '
        'start.',
    ),
    cfg.BoolOpt(
        'source_lines',
        default=True,
        help='Keep the source lines in tracebacks. Without them only file, '
        'line and function are kept, and no literal of the source can '
        'leak.',
    ),
]
UPGRADE_LEVELS_OPTS = [
    cfg.StrOpt(
        'conductor',
        help='Pins the versions of objects that this process sends to the '
        'conductor: a release of nova-actions, or pairs such as '
        'InstanceAction=1.2,InstanceActionEvent=1.4. Set it while '
        'conductors are older than this process.',
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
