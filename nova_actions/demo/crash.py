# SPDX-License-Identifier: Apache-2.0
"""A compute service whose host loses power: a process that is really
killed."""

import datetime
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from multiprocessing import resource_tracker
from typing import Any

from nova_actions import conf as config
from nova_actions import reporter
from nova_actions.context import get_admin_context
from nova_actions.demo import clock
from nova_actions.demo.people import Context
from nova_actions.demo.server import Server
from nova_actions.demo.server import Story
from nova_actions.objects import instance_action

EVENT = 'compute_reboot_instance'

#: How long it may take until a death is known, seconds.
PATIENCE = 30.0
#: What a dying service is told of a step: the request's context and the
#: server.
Step = tuple[dict[str, Any], str]


def crash(
    servers: Sequence[Server], state_path: str, stopping: threading.Event
) -> Story:
    """Be rebooted while the host dies: the first server is taken up when it
    is back, the others are not. All are on one host.

    :param state_path: where the host's reports wait to be delivered
    :param stopping: set when nothing is to be waited for any more
    """
    contexts = [each.begin('reboot') for each in servers]
    yield 1.0
    host = servers[0].host
    _die(
        state_path,
        host.name,
        [
            (context.to_dict(), server.uuid)
            for context, server in zip(contexts, servers, strict=True)
        ],
        stopping,
    )
    _await_closure(contexts[0], servers[0].uuid, stopping)
    # As a compute service when it starts: in no project.
    with (
        clock.at(clock.real_utcnow()),
        reporter.EventReporter(
            get_admin_context(),
            EVENT,
            host.name,
            servers[0].uuid,
        ),
    ):
        pass


def _die(
    state_path: str,
    host: str,
    steps: Sequence[Step],
    stopping: threading.Event,
) -> None:
    victim = multiprocessing.get_context('spawn').Process(
        target=_begin_and_die,
        daemon=True,
        args=(state_path, host, steps, clock.utcnow()),
    )
    # It inherits this: a Ctrl-C is for its parent alone. The tracker that
    # would be started with it unblocks the signal for whoever starts it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    victim.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    while victim.is_alive():
        victim.join(0.1)
        if stopping.is_set():
            victim.kill()


def _begin_and_die(
    state_path: str, host: str, steps: Sequence[Step], now: datetime.datetime
) -> None:
    """Be that service. What it has reported is on the disk; it reaches
    nobody itself."""
    conf = config.load([], default_config_files=[])
    for name, value in (
        ('state_path', state_path),
        ('host', host),
        ('transport_url', 'fake://'),
    ):
        conf.set_override(name, value)
    with clock.simulated(), clock.at(now):
        reporter.setup(conf)
        for context, server in steps:
            reporter.EventReporter(
                Context.from_dict(context), EVENT, host, server
            ).begin()
        os.kill(os.getpid(), signal.SIGKILL)


def _await_closure(
    context: Context, server: str, stopping: threading.Event
) -> None:
    """Wait until it is known that the host has died: the living reporter
    finds out at its next heartbeat."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not stopping.wait(0.1):
        action = instance_action.InstanceAction.get_by_request_id(
            context, server, context.request_id
        )
        if action is not None and action.status == 'interrupted':
            return
