# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a day of the simulated cloud that has just passed, and
its life from then on."""

import dataclasses
import datetime
import random
import threading
from collections.abc import Callable

from oslo_config import cfg

from nova_actions import reporter
from nova_actions.context import get_admin_context
from nova_actions.demo import clock
from nova_actions.demo import crash
from nova_actions.demo import people
from nova_actions.demo import plan
from nova_actions.demo.server import SEED
from nova_actions.demo.server import Server
from nova_actions.demo.server import Story
from nova_actions.demo.simulation import Simulation
from nova_actions.upkeep import importing

DAY = datetime.timedelta(days=1)

#: Which servers are on the host that crashes, and how many actions the day
#: has at the least for that.
CRASHING = (1, 11)
CRASH_FROM = 30
#: Its end is noticed now: so long after its beginning.
CRASH_BEFORE = datetime.timedelta(seconds=90)
#: Seconds in which the last reports should arrive.
FLUSH = 60
#: Seconds between two actions after the day, on average.
PAUSE = 20.0

Shown = Callable[[int], None]


@dataclasses.dataclass
class Told:
    """What is worth showing of a run."""

    actions: int = 0
    #: Server, project and request of the resize with two attempts.
    server: str | None = None
    project: str | None = None
    request: str | None = None


class Demonstration:
    """The cloud, over the reporter of this process.

    :param stopping: set when it is to end
    :param state_path: the reporter's
    """

    def __init__(self, stopping: threading.Event, state_path: str) -> None:
        self.told = Told()
        self._stopping = stopping
        self._state_path = state_path
        self._servers = [Server(number) for number in range(len(people.NAMES))]
        self._chance = random.Random(f'{SEED}-life')  # noqa: S311
        self._simulation = Simulation(stopping)
        self._show: Shown = lambda _done: None

    def day(self, actions: int, show: Shown = lambda _done: None) -> None:
        """Play the day that has just passed.

        :param actions: how many it has
        :param show: is called with how many have begun
        """
        self._show = show
        _register()
        end = clock.real_utcnow()
        crashing = int(actions >= CRASH_FROM) * len(CRASHING)
        for each in plan.plan(actions - crashing):
            self._simulation.add(
                end - DAY * (1 - each.at),
                self._told(self._servers[each.number], each.play, each.at),
            )
        if crashing:
            self._simulation.add(end - CRASH_BEFORE, self._crashed())
        self._simulation.run()

    def live(self) -> None:
        """Go on, slowly, until it is to end."""
        self._simulation.add(clock.real_utcnow(), self._life())
        self._simulation.run()

    def _life(self) -> Story:
        while True:
            yield self._chance.expovariate(1 / PAUSE)
            self._simulation.add(
                clock.utcnow(),
                self._told(
                    self._chance.choice(self._servers[1:]),
                    plan.everyday(self._chance),
                    1.0,
                ),
            )

    def _told(self, server: Server, play: plan.Play, day: float) -> Story:
        server.day = day
        self._count(1)
        yield from play(server)
        if play is Server.resize_at_second_attempt:
            self.told.server, self.told.project = (
                server.uuid,
                server.owner.project_id,
            )
            self.told.request = server.request

    def _crashed(self) -> Story:
        self._count(len(CRASHING))
        servers = [self._servers[number] for number in CRASHING]
        for each in servers[1:]:
            each.host = servers[0].host
        yield from crash.crash(servers, self._state_path, self._stopping)

    def _count(self, actions: int) -> None:
        self.told.actions += actions
        self._show(self.told.actions)


def _register() -> None:
    """Make the servers known with their names, as
    ``nova-actions-manage instance import`` does with a cell's."""
    importing.store(
        get_admin_context(),
        [
            {
                'uuid': people.server_id(number),
                'display_name': name,
                'project_id': people.owner_of(number).project_id,
                'user_id': people.owner_of(number).user_id,
                'deleted': 0,
                'deleted_at': None,
                'created_at': None,
                'cell': None,
            }
            for number, name in enumerate(people.NAMES)
        ],
    )


def play(
    conf: cfg.ConfigOpts,
    stopping: threading.Event,
    show: Shown,
    serve: Callable[[Told], None],
) -> None:
    """Be a cloud: play its day, whose every report is in the database then,
    and unless ``--demo-actions`` says how many there are, go on.

    :param show: is called with how many actions have begun
    :param serve: is called with what is worth showing, after the day
    """
    with clock.simulated():
        reporter.setup(conf)
        try:
            cloud = Demonstration(stopping, conf.state_path)
            cloud.day(conf.demo_actions or plan.A_DAY, show)
            if not stopping.is_set():
                reporter.flush(FLUSH)
                serve(cloud.told)
                if not conf.demo_actions:
                    cloud.live()
        finally:
            reporter.stop()
