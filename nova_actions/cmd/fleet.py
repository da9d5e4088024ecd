# SPDX-License-Identifier: Apache-2.0
"""A small simulated cloud: people, servers, hosts, and what happens there.

Everything is reported the way a compute service reports it. Only the work
itself is played.
"""

import contextlib
import dataclasses
import multiprocessing
import os
import random
import signal
import threading
import time
import uuid
from multiprocessing import resource_tracker
from typing import Any

from nova_actions import actions
from nova_actions import conf as config
from nova_actions import context as context_module
from nova_actions import exception
from nova_actions import reporter
from nova_actions.objects import instance
from nova_actions.objects import instance_action

SEED = 20260101
SERVERS = 20
HOSTS = ('compute-1', 'compute-2', 'compute-3')

#: How long a death may take to be known, seconds.
PATIENCE = 30

Context = context_module.RequestContext


def _id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.nova-actions.invalid')


def _begin_and_die(state_path: str, host: str, context: dict[str, Any],
                   server: str, event: str) -> None:
    """Be a compute service whose host loses power in the middle of a step.

    What it has reported is on the disk; it reaches nobody itself.
    """
    conf = config.load([], default_config_files=[])
    for name, value in (('state_path', state_path), ('host', host),
                        ('transport_url', 'fake://')):
        conf.set_override(name, value)
    reporter.setup(conf)
    reporter.EventReporter(
        Context.from_dict(context), event, host, server).__enter__()
    os.kill(os.getpid(), signal.SIGKILL)


class NoRoom(Exception):
    """A host refuses a server."""


class HypervisorError(Exception):
    """What a driver raises when it does not go on."""


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody who asks for things."""

    name: str
    project_id: str
    roles: tuple[str, ...]

    def context(self) -> Context:
        """Return the context of a new request."""
        return Context(
            user_id=_id(self.name).hex, user_name=self.name,
            project_id=self.project_id, roles=list(self.roles),
            # As nova-api has it found out, by whatever its policy says.
            is_admin='admin' in self.roles)


ALICE = Person('alice', _id('shop').hex, ('member', 'reader'))
BOB = Person('bob', _id('lab').hex, ('member', 'reader'))
CAROL = Person('carol', _id('operations').hex, ('admin', 'member', 'reader'))


class Host:
    """Plays the compute service of one host.

    :param pace: the longest time that a step takes, seconds
    :param state_path: where its reports wait to be delivered
    :param stopping: set when nothing is to be waited for any more
    """

    def __init__(self, name: str, pace: float, state_path: str,
                 stopping: threading.Event) -> None:
        self.name = name
        self.stopping = stopping
        self._pace = pace
        self._state_path = state_path

    def step(self, context: Context, server: 'Server', event: str,
             error: Exception | None = None) -> None:
        """Do one step of an action; raise what it is to fail with."""
        with reporter.EventReporter(context, event, self.name, server.uuid):
            self._work(server, error)

    def _work(self, server: 'Server', error: Exception | None) -> None:
        """What a driver would do."""
        time.sleep(server.chance.random() * self._pace)
        if error is not None:
            raise error

    def die(self, context: Context, server: 'Server', event: str) -> None:
        """Begin a step and lose power: a process that is really killed."""
        victim = multiprocessing.get_context('spawn').Process(
            target=_begin_and_die, daemon=True, args=(
                self._state_path, self.name, context.to_dict(), server.uuid,
                event))
        # It inherits this: a Ctrl-C is for its parent alone. The tracker that
        # would be started with it unblocks the signal for whoever starts it.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        victim.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        while victim.is_alive():
            victim.join(0.1)
            if self.stopping.is_set():
                victim.kill()

    def come_back(self, server: 'Server', event: str) -> None:
        """Take up what was left, as a compute service does at its start: in
        nobody's name."""
        self.step(context_module.get_admin_context(), server, event)


class Server:
    """Plays one server. Each method is an action on it."""

    def __init__(self, number: int, hosts: list[Host]) -> None:
        self.uuid = str(_id(f'server-{number}'))
        self.owner = (ALICE, BOB)[number % 2]
        #: What is random about it is the same in every run.
        self.chance = random.Random(f'{SEED}-{number}')  # noqa: S311
        self._hosts = hosts
        self._at = number % len(hosts)

    @property
    def host(self) -> Host:
        """The host that it is on."""
        return self._hosts[self._at]

    def _other_host(self, distance: int = 1) -> Host:
        return self._hosts[(self._at + distance) % len(self._hosts)]

    def _move(self, host: Host) -> None:
        self._at = self._hosts.index(host)

    def _begin(self, name: str, person: Person | None = None) -> Context:
        context = (person or self.owner).context()
        instance_action.InstanceAction.action_start(
            context, self.uuid, name, want_result=False)
        return context

    def create(self) -> str:
        """Be built; or be built anew, when an earlier run has done so."""
        try:
            instance.InstanceRecord.get_by_uuid(
                self.owner.context(), self.uuid)
            name, event = 'rebuild', 'compute_rebuild_instance'
        except (exception.InstanceNotFound, exception.Forbidden):
            name = actions.CREATE
            event = 'compute__do_build_and_run_instance'
        context = self._begin(name)
        self.host.step(context, self, event)
        return str(context.request_id)

    def reboot(self, person: Person | None = None,
               error: Exception | None = None) -> str:
        """Be rebooted, by its owner or by somebody else."""
        context = self._begin(actions.REBOOT, person)
        with contextlib.suppress(HypervisorError):
            self.host.step(context, self, 'compute_reboot_instance', error)
        return str(context.request_id)

    def reboot_by_admin(self) -> str:
        """Be rebooted by somebody of another project."""
        return self.reboot(CAROL)

    def reboot_in_vain(self) -> str:
        """Not come up again."""
        return self.reboot(error=HypervisorError(
            'internal error: process exited while connecting to monitor'))

    def reboot_while_host_dies(self) -> str:
        """Be left in the middle, and be taken up when the host is back."""
        context = self._begin(actions.REBOOT)
        self.host.die(context, self, 'compute_reboot_instance')
        self._await_closure(context)
        self.host.come_back(self, 'compute_reboot_instance')
        return str(context.request_id)

    def _await_closure(self, context: Context) -> None:
        """Wait until it is known that the host has died: the living reporter
        finds out at its next heartbeat."""
        deadline = time.monotonic() + PATIENCE
        while (time.monotonic() < deadline
               and not self.host.stopping.wait(0.1)):
            action = instance_action.InstanceAction.get_by_request_id(
                context, self.uuid, context.request_id)
            if action is not None and action.status == 'interrupted':
                return

    def resize(self, refused: bool = False) -> str:
        """Move to a host with room for its new size."""
        context = self._begin(actions.RESIZE)
        target = self._other_host()
        try:
            target.step(context, self, 'compute_prep_resize', NoRoom(
                f'{target.name}: 8192 MB of memory asked for, 2048 MB free')
                if refused else None)
        except NoRoom:
            target = self._other_host(2)
            target.step(context, self, 'compute_prep_resize')
        self.host.step(context, self, 'compute_resize_instance')
        target.step(context, self, 'compute_finish_resize')
        self._move(target)
        return str(context.request_id)

    def resize_at_second_attempt(self) -> str:
        """Be refused by one host and taken by the next."""
        return self.resize(refused=True)

    def live_migrate(self) -> str:
        """Move to another host without stopping."""
        context = self._begin(actions.LIVE_MIGRATION, CAROL)
        source, target = self.host, self._other_host()
        target.step(context, self,
                    'compute_check_can_live_migrate_destination')
        source.step(context, self, 'compute_check_can_live_migrate_source')
        target.step(context, self, 'compute_pre_live_migration')
        source.step(context, self, 'compute_live_migration')
        target.step(context, self,
                    'compute_post_live_migration_at_destination')
        self._move(target)
        return str(context.request_id)

    def attach_volume(self) -> str:
        """Get a disk."""
        context = self._begin('attach_volume')
        self.host.step(context, self, 'compute_attach_volume')
        return str(context.request_id)
