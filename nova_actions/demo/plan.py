# SPDX-License-Identifier: Apache-2.0
"""What happens in a day of the simulated cloud, and when."""

import dataclasses
import random
from collections.abc import Callable

from nova_actions.demo import people
from nova_actions.demo.server import SEED
from nova_actions.demo.server import Server
from nova_actions.demo.server import Story

Play = Callable[[Server], Story]

#: How many actions a day has.
A_DAY = 240

#: The noteworthy actions in their order, each with its server.
HIGHLIGHTS: tuple[tuple[int, Play], ...] = (
    (0, Server.create),
    (0, Server.resize_at_second_attempt),
    (0, Server.resize_at_once),
    (3, Server.create),
    (3, Server.live_migrate),
    (6, Server.create),
    (6, Server.reboot_in_vain),
    (1, Server.create),
    (1, Server.reboot_by_admin),
)
#: What happens all day, and how often.
EVERYDAY: tuple[tuple[Play, int], ...] = (
    (Server.reboot, 6),
    (Server.attach_volume, 5),
    (Server.snapshot, 4),
    (Server.resize, 4),
    (Server.live_migrate, 4),
    (Server.stop, 2),
    (Server.start, 2),
)

#: The day in parts: servers are created in the first, all else happens in
#: the second; what begins in the third may not be over when the day is.
MORNING = 0.08
EVENING = 0.975


@dataclasses.dataclass(frozen=True, order=True)
class Planned:
    """One action of the day.

    :param at: when it begins, as a part of the day
    :param number: the server's
    """

    at: float
    number: int
    play: Play = dataclasses.field(compare=False)


def plan(actions: int) -> list[Planned]:
    """Return so many actions, in the order of their beginnings: always the
    same ones."""
    chance = random.Random(SEED)  # noqa: S311
    chosen = list(HIGHLIGHTS)
    created = {number for number, _play in HIGHLIGHTS}
    chosen += [
        (number, Server.create)
        for number in range(len(people.NAMES))
        if number not in created
    ]
    while len(chosen) < actions:
        # The first server stays as its story has left it.
        chosen.append(
            (chance.randrange(1, len(people.NAMES)), everyday(chance))
        )
    of_server: dict[int, list[Play]] = {}
    for number, play in chosen[:actions]:
        of_server.setdefault(number, []).append(play)
    return sorted(
        Planned(at, number, play)
        for number, plays in of_server.items()
        for at, play in zip(_times(chance, len(plays)), plays, strict=True)
    )


def everyday(chance: random.Random) -> Play:
    """Return something that happens all day."""
    return chance.choices(
        [play for play, _often in EVERYDAY],
        [often for _play, often in EVERYDAY],
    )[0]


def _times(chance: random.Random, count: int) -> list[float]:
    """Return when the actions of a server begin: the first in the morning,
    the last in the evening, with time for each."""
    later = count - 1
    length = (EVENING - MORNING) / max(1, later)
    return [
        chance.random() * MORNING / 2,
        *(
            MORNING
            + length
            * (
                place
                + (
                    0.3 + 0.4 * chance.random()
                    if place < later - 1
                    else 0.9 + 0.1 * chance.random()
                )
            )
            for place in range(later)
        ),
    ]
