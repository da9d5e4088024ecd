# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a plan for the simulated cloud, and its run."""

import concurrent.futures
import dataclasses
import random
import threading
from collections.abc import Callable

from oslo_config import cfg

from nova_actions import reporter
from nova_actions.cmd import fleet
from nova_actions.cmd import progress

#: Longest time that a played step takes, seconds.
PACE = 0.02
#: As many servers are worked on at once.
WORKERS = 8
#: Seconds in which the last reports should arrive.
FLUSH = 60

Story = Callable[[fleet.Server], str]

#: What is worth a look, in this order, each with the server it happens to.
HIGHLIGHTS: tuple[tuple[int, Story], ...] = (
    (0, fleet.Server.create), (0, fleet.Server.resize_at_second_attempt),
    (1, fleet.Server.create), (1, fleet.Server.live_migrate),
    (2, fleet.Server.create), (2, fleet.Server.reboot_in_vain),
    (3, fleet.Server.create), (3, fleet.Server.reboot_by_admin),
    (4, fleet.Server.create), (4, fleet.Server.reboot_while_host_dies),
)
#: What happens all day.
EVERYDAY: tuple[Story, ...] = (
    fleet.Server.reboot, fleet.Server.resize, fleet.Server.live_migrate,
    fleet.Server.attach_volume,
)


@dataclasses.dataclass
class Told:
    """What is worth showing of a run."""

    actions: int = 0
    #: Server, project and request of the resize with two attempts.
    server: str | None = None
    project: str | None = None
    request: str | None = None


def plan(actions: int) -> list[tuple[int, Story]]:
    """Return so many actions, each with its server: always the same ones."""
    # After the fifth server (the highlights create the first five).
    new = {number for number, _ in HIGHLIGHTS}
    steps = [*HIGHLIGHTS, *((number, fleet.Server.create)
                            for number in range(fleet.SERVERS)
                            if number not in new)]
    chance = random.Random(fleet.SEED)  # noqa: S311
    while len(steps) < actions:
        steps.append((chance.randrange(fleet.SERVERS),
                      chance.choice(EVERYDAY)))
    return steps[:actions]


def play(conf: cfg.ConfigOpts, stopping: threading.Event) -> Told:
    """Be a cloud for a while, whose every report is in the database then."""
    reporter.setup(conf)
    try:
        told = run(conf.demo_actions, stopping, conf.state_path)
        if not stopping.is_set():
            reporter.flush(FLUSH)
        return told
    finally:
        reporter.stop()


def run(actions: int, stopping: threading.Event, state_path: str,
        pace: float = PACE) -> Told:
    """Play so many actions, or until the event is set.

    The reporter must have been set up.

    :param state_path: the reporter's
    :param pace: the longest time that a step takes, seconds
    """
    hosts = [fleet.Host(name, pace, state_path, stopping)
             for name in fleet.HOSTS]
    stories: dict[int, list[Story]] = {}
    for number, story in plan(actions):
        stories.setdefault(number, []).append(story)
    told = Told()
    lock = threading.Lock()

    def live(number: int, line: progress.Line) -> None:
        server = fleet.Server(number, hosts)
        for story in stories[number]:
            if stopping.is_set():
                return
            request = story(server)
            with lock:
                told.actions += 1
                line.show(told.actions)
            if story is fleet.Server.resize_at_second_attempt:
                told.server, told.request = server.uuid, request
                told.project = server.owner.project_id

    with progress.Line('actions', actions) as line, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        lives = [pool.submit(live, number, line) for number in stories]
        for each in concurrent.futures.as_completed(lives):
            if each.exception() is not None:
                # The others end after their present action.
                stopping.set()
        for each in lives:
            each.result()
    return told
