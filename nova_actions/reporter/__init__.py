# SPDX-License-Identifier: Apache-2.0
"""The compute side: reports what a process does to servers.

A process calls :func:`setup` once; then :class:`EventReporter` and
:func:`wrap_instance_event` are used as Nova's are, and :func:`begin_action`
and :func:`finish_action` where Nova starts and finishes an action. What they
record is in the spool when they return, and a thread of this process delivers
it.
"""

import logging
import typing
from collections.abc import Mapping

from nova_actions.objects import text
from nova_actions.reporter import active
from nova_actions.reporter import direct
from nova_actions.reporter import off
from nova_actions.reporter import recorder
from nova_actions.reporter.action import ActionReporter
from nova_actions.reporter.action import begin_action
from nova_actions.reporter.action import finish_action
from nova_actions.reporter.decorator import wrap_instance_event
from nova_actions.reporter.event import EventReporter
from nova_actions.reporter.event import finish
from nova_actions.reporter.spool import place
from nova_actions.reporter.transition import Context
from nova_actions.reporter.transition import Handle
from nova_actions.sanitize import withholding

if typing.TYPE_CHECKING:
    from oslo_config import cfg

__all__ = [
    'ActionReporter',
    'Context',
    'EventReporter',
    'Handle',
    'begin_action',
    'finish',
    'finish_action',
    'flush',
    'settings',
    'setup',
    'stats',
    'stop',
    'wrap_instance_event',
]

LOG = logging.getLogger(__name__)

#: Seconds that a batch is waited for before it is sent again: a conductor that
#: was killed never answers, and sending twice does no harm.
DELIVERY_TIMEOUT = 15.0


def settings(conf: 'cfg.ConfigOpts') -> recorder.Settings:
    """Return the reporter's settings from a configuration."""
    group = conf.reporter
    return recorder.Settings(
        folder=place.own(conf.state_path),
        former_folder=place.former(conf.state_path),
        host=conf.host,
        mode=group.mode,
        timeout=group.timeout,
        spool_max_bytes=group.spool_max_bytes,
        fsync=group.fsync,
        fsync_interval=group.fsync_interval,
        batch_size=group.batch_size,
        delivery_interval=group.delivery_interval,
        parent_timeout=group.parent_timeout,
        heartbeat_interval=group.heartbeat_interval,
        required_actions=frozenset(group.required_actions),
    )


def setup(
    conf: 'cfg.ConfigOpts', about: Mapping[str, str] | None = None
) -> None:
    """Make this process a compute side: its remotables go to the conductor,
    and its reports too.

    What former sessions of this host have left in the spool is delivered,
    and what they left open is closed.

    :param conf: transport_url, host, state_path and the groups
        ``[conductor]`` and ``[reporter]`` are read from it
    :param about: what this program tells operators of itself, by the words
        ``bridge``, ``mode``, ``nova`` and ``missing`` (others are passed
        over, and 255 characters of each are kept). It is read again with
        each heartbeat, so that a change of it is told, too.
    """
    # Only here, since oslo.messaging chooses a concurrency backend for a
    # process that has not chosen one.
    from nova_actions import objects
    from nova_actions.conductor import rpcapi
    from nova_actions.objects import base

    objects.register_all()
    text.setup(withholding.for_host(conf))
    chosen = settings(conf)
    timeout = chosen.timeout if chosen.mode == 'sync' else DELIVERY_TIMEOUT

    def connect() -> None:
        base.set_remote(rpcapi.ConductorAPI(conf, timeout=timeout))

    if chosen.mode == 'off':
        LOG.info('Nothing is recorded by this process: [reporter] mode is off')
        connect()
        begin(off.Off(chosen))
    else:
        begin(recorder.Recorder(chosen, connect, about))


def begin(new: recorder.Recorder | off.Off) -> None:
    """Use another recorder from now on, and stop the one before."""
    stop()
    active.replace(new)
    try:
        new.start()
    except OSError as error:
        LOG.error(
            'Nothing can be recorded now; [DEFAULT] state_path must '
            'name a folder that this process may write to: %s',
            error,
        )


def flush(timeout: float) -> bool:
    """Wait at most so many seconds until everything recorded so far is in
    the database, and tell whether it is: False, too, when something was lost
    since the last call."""
    current = active.current()
    done = current.flush(timeout)
    return not current.losses.since_asked() and done


def stats() -> dict[str, int]:
    """Return how many reports wait, how many this process has delivered, and
    how many were lost, by reason (``lost_full``, ``lost_spool`` …)."""
    return active.current().stats()


def stop() -> None:
    """End recording in this process; what is not delivered yet within
    ``[reporter] timeout`` seconds, or while the conductor does not answer,
    stays in the spool."""
    old = active.replace(direct.Direct())
    old.stop(old.settings.timeout)
