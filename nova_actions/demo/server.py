# SPDX-License-Identifier: Apache-2.0
"""The servers of the simulated cloud. Each method is an action on one: it
yields how many seconds pass until it goes on."""

import contextlib
import random
from collections.abc import Iterator

from nova_actions import actions
from nova_actions.demo import people
from nova_actions.demo.host import HOSTS
from nova_actions.demo.host import Host
from nova_actions.demo.host import HypervisorError
from nova_actions.demo.host import NoRoom
from nova_actions.demo.host import VolumeError
from nova_actions.demo.host import failure
from nova_actions.demo.host import neighbours
from nova_actions.demo.people import Context
from nova_actions.objects import instance_action

SEED = 20260101

Story = Iterator[float]

#: Seconds between a request and its first step, at the most.
SCHEDULING = 1.5
#: How many resizes find no room at the first host.
FULL = 0.2

#: What ends an action that fails.
ERRORS = (
    NoRoom,
    HypervisorError,
    VolumeError,
)


class Server:
    """Plays one server.

    :param number: its place in :data:`people.NAMES`
    """

    def __init__(self, number: int) -> None:
        self.uuid = people.server_id(number)
        self.owner = people.owner_of(number)
        #: What is random about it is the same in every run.
        self.chance = random.Random(f'{SEED}-{number}')  # noqa: S311
        self.host = HOSTS[number % len(HOSTS)]
        #: How much of the day is over.
        self.day = 0.0
        #: The last request on it.
        self.request = ''

    def begin(self, name: str, person: people.Person | None = None) -> Context:
        """Ask for an action, as nova-api records it."""
        context = (person or self.owner).context()
        instance_action.InstanceAction.action_start(
            context, self.uuid, name, want_result=False
        )
        self.request = str(context.request_id)
        return context

    def _scheduled(self) -> float:
        return SCHEDULING * self.chance.random()

    def _step(
        self,
        context: Context,
        host: Host,
        event: str,
        error: Exception | None = None,
    ) -> Story:
        return host.step(context, self.uuid, event, self.chance, error)

    def _simple(
        self, name: str, event: str, person: people.Person | None = None
    ) -> Story:
        """Have one step on its host, which may be in trouble."""
        error = self.host.trouble(self.day, self.chance)
        context = self.begin(name, person)
        yield self._scheduled()
        with contextlib.suppress(*ERRORS):
            yield from self._step(context, self.host, event, error)

    def create(self) -> Story:
        """Be built, or rebuilt if an earlier run has built it. Where
        one host fails, the next one of its zone is tried."""
        known = instance_action.InstanceActionList.get_by_instance_uuid(
            self.owner.context(), self.uuid, limit=1
        )
        if known.objects:
            yield from self._simple('rebuild', 'compute_rebuild_instance')
            return
        context = self.begin(actions.CREATE)
        yield self._scheduled()
        for host in (self.host, *neighbours(self.host)):
            self.host = host
            with contextlib.suppress(*ERRORS):
                yield from self._step(
                    context,
                    host,
                    'compute__do_build_and_run_instance',
                    host.trouble(self.day, self.chance),
                )
                return

    def reboot(self) -> Story:
        """Be rebooted by its owner."""
        return self._simple(actions.REBOOT, 'compute_reboot_instance')

    def reboot_by_admin(self) -> Story:
        """Be rebooted by somebody of another project."""
        return self._simple(
            actions.REBOOT, 'compute_reboot_instance', people.CAROL
        )

    def reboot_in_vain(self) -> Story:
        """Fail to reboot."""
        context = self.begin(actions.REBOOT)
        yield self._scheduled()
        with contextlib.suppress(*ERRORS):
            yield from self._step(
                context,
                self.host,
                'compute_reboot_instance',
                failure(0),
            )

    def stop(self) -> Story:
        """Be stopped."""
        return self._simple('stop', 'compute_stop_instance')

    def start(self) -> Story:
        """Be started."""
        return self._simple('start', 'compute_start_instance')

    def attach_volume(self) -> Story:
        """Get a disk."""
        return self._simple('attach_volume', 'compute_attach_volume')

    def snapshot(self) -> Story:
        """Be copied."""
        return self._simple('createImage', 'compute_snapshot_instance')

    def resize(self) -> Story:
        """Move to another host of its zone, which may have no room."""
        return self._resize(self.chance.random() < FULL)

    def _resize(self, refused: bool) -> Story:
        source, targets = self.host, neighbours(self.host)
        target = targets[0]
        context = self.begin(actions.RESIZE)
        yield self._scheduled()
        try:
            yield from self._step(
                context,
                target,
                'compute_prep_resize',
                NoRoom(
                    f'{target.name}: 8192 MB of memory asked for, 2048 MB free'
                )
                if refused
                else None,
            )
        except NoRoom:
            target = targets[-1]
            yield from self._step(context, target, 'compute_prep_resize')
        yield from self._step(context, source, 'compute_resize_instance')
        yield from self._step(context, target, 'compute_finish_resize')
        self.host = target

    def resize_at_second_attempt(self) -> Story:
        """Be refused by one host and taken by the next."""
        return self._resize(refused=True)

    def resize_at_once(self) -> Story:
        """Find room at the first host."""
        return self._resize(refused=False)

    def live_migrate(self) -> Story:
        """Move to another host of its zone without stopping."""
        source, target = self.host, neighbours(self.host)[0]
        context = self.begin(actions.LIVE_MIGRATION, people.CAROL)
        yield self._scheduled()
        try:
            for host, event in (
                (target, 'compute_check_can_live_migrate_destination'),
                (source, 'compute_check_can_live_migrate_source'),
                (target, 'compute_pre_live_migration'),
                (source, 'compute_live_migration'),
                (target, 'compute_post_live_migration_at_destination'),
            ):
                yield from self._step(
                    context,
                    host,
                    event,
                    host.trouble(self.day, self.chance)
                    if event == 'compute_pre_live_migration'
                    else None,
                )
        except ERRORS:
            return
        self.host = target
