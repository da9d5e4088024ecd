# SPDX-License-Identifier: Apache-2.0
"""The hosts of the simulated cloud: how long things take there, and how they
fail."""

import dataclasses
import random
from collections.abc import Iterator

from nova_actions import reporter
from nova_actions.demo.people import Context

#: How many seconds a step takes as a rule.
SECONDS = {
    'compute__do_build_and_run_instance': 28.0,
    'compute_rebuild_instance': 24.0,
    'compute_reboot_instance': 6.0,
    'compute_stop_instance': 9.0,
    'compute_start_instance': 5.0,
    'compute_prep_resize': 0.8,
    'compute_resize_instance': 45.0,
    'compute_finish_resize': 12.0,
    'compute_check_can_live_migrate_destination': 0.7,
    'compute_check_can_live_migrate_source': 0.5,
    'compute_pre_live_migration': 3.0,
    'compute_live_migration': 240.0,
    'compute_post_live_migration_at_destination': 4.0,
    'compute_attach_volume': 3.5,
    'compute_snapshot_instance': 70.0,
}
#: How much the duration of each varies: at most by about a factor of two.
SPREAD = 0.3
LONGEST = 1.8
#: How many times as long a slow zone takes.
SLOW = 3.0


class NoRoom(Exception):
    """A host refuses a server."""


class HypervisorError(Exception):
    """What a driver raises when it does not go on."""


class VolumeError(Exception):
    """A disk cannot be had."""


#: How a host with a failing disk fails.
TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (
        HypervisorError,
        'internal error: process exited while connecting to '
        'monitor: Input/output error',
    ),
    (
        HypervisorError,
        'Timed out during operation: cannot acquire state change lock',
    ),
    (
        VolumeError,
        'iscsiadm: login failed: node.session.auth.password = Xq7-v2Lw9-tR',
    ),
)


def failure(kind: int) -> Exception:
    """Return one of those."""
    error, text = TROUBLE[kind]
    return error(text)


@dataclasses.dataclass(frozen=True)
class Host:
    """Plays the compute service of one host.

    :param zone: servers move within it
    :param slowness: by how much its work takes longer
    :param decay: the part of its steps that fail at the end of the day
    """

    name: str
    zone: str
    slowness: float = 1.0
    decay: float = 0.0

    def step(
        self,
        context: Context,
        server: str,
        event: str,
        chance: random.Random,
        error: Exception | None = None,
    ) -> Iterator[float]:
        """Do one step of an action, yielding how many seconds pass; raise
        what it is to fail with."""
        with reporter.EventReporter(context, event, self.name, server):
            yield self.seconds(event, chance)
            if error is not None:
                raise error

    def seconds(self, event: str, chance: random.Random) -> float:
        """Return how long a step takes here."""
        return (
            SECONDS[event]
            * self.slowness
            * min(LONGEST, chance.lognormvariate(0, SPREAD))
        )

    def trouble(self, day: float, chance: random.Random) -> Exception | None:
        """Return what a step fails with, more and more often.

        :param day: how much of the day is over, 0 to 1, and more afterwards
        """
        # Drawn on every host, so that the decay of one does not change the
        # others.
        draw, kind = chance.random(), chance.randrange(len(TROUBLE))
        is_lucky = draw >= self.decay * min(day, 1) ** 2
        return None if is_lucky else failure(kind)


HOSTS = (
    Host('compute-1', 'east'),
    Host('compute-2', 'east'),
    Host('compute-3', 'east', decay=0.95),
    Host('compute-west-1', 'west', slowness=SLOW),
    Host('compute-west-2', 'west', slowness=SLOW),
)


def neighbours(host: Host) -> list[Host]:
    """Return the other hosts of its zone, the next one first."""
    here = [each for each in HOSTS if each.zone == host.zone]
    at = here.index(host)
    return here[at + 1 :] + here[:at]
