# SPDX-License-Identifier: Apache-2.0
"""A cell is followed while reporters tell of the same actions, all at once:
each action and each step is there once, as it was reported."""

import collections
import concurrent.futures
import datetime
import random
import threading

import sqlalchemy as sa

from nova_actions.cells.follow import merge
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.db.change import kind
from nova_actions.db.change import numbering
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow

START, SECOND = fixtures_cells.START, fixtures_cells.SECOND
ACTIONS = 200 if FULL else 40
STEPS = ('conductor_step', 'compute_step')
REPORTERS = 3


class _Tests:
    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf, self.CELL))
        self.cell.add_shadows()
        self.following = self.useFixture(fixtures_follow.Following(self.cell))
        self.following.count_as_news(START)
        self.server = self.cell.server()
        self.told = []
        self.is_over = threading.Event()

    def act(self):
        """Record as Nova does; of each four actions two are of a request."""
        for number in range(ACTIONS):
            start = START + number // 2 * 100 * SECOND
            is_alone = number % 4 < 2
            request = f'req-{number if is_alone else -(number // 2)}'
            action = self.cell.action(
                self.server,
                'extend_volume',
                request_id=request,
                start_time=start,
            )
            mine = [self.report('action', 'extend_volume', request, start)]
            for name in STEPS:
                at = start + number % 2 * SECOND
                self.cell.event(action, name, start_time=at, host='host')
                mine.append(
                    self.report(
                        'finish',
                        name,
                        request,
                        at,
                        host='host',
                        action_uuid=mine[0]['uuid'],
                        result='Success',
                        finish_time=at + SECOND,
                        duration_us=1_000_000,
                    )
                )
            self.told += mine
        self.is_over.set()

    def report(self, kind, name, request, start, **values):
        return fixtures_follow.report(
            kind,
            name,
            self.server,
            request,
            start + datetime.timedelta(microseconds=400_000),
            **values,
        )

    def send(self, number):
        """Report what this one has to tell, in any order."""
        chance = random.Random(number)
        done = set()
        while True:
            is_over = self.is_over.is_set()
            left = [
                each
                for at, each in enumerate(list(self.told))
                if at % REPORTERS == number and each['uuid'] not in done
            ]
            if is_over and not left:
                return
            for each in chance.sample(left, min(3, len(left))):
                (answer,) = report.apply(
                    self.admin,
                    [each],
                    elsewhere={
                        self.server: {
                            'uuid': self.server,
                            'user_id': 'user',
                            'project_id': 'owner',
                        }
                    },
                )
                if answer.verdict != 'refused':
                    done.add(each['uuid'])

    def follow(self):
        while not self.is_over.is_set():
            self.following.round()

    def number(self):
        """Tell what happens, as conductors do."""
        while not self.is_over.is_set():
            self.number_all()

    def number_all(self):
        while numbering.number(self.admin, 'one', settle=merge.queued):
            pass

    def test_each_is_there_once(self):
        with concurrent.futures.ThreadPoolExecutor(REPORTERS + 3) as pool:
            for done in [
                pool.submit(self.act),
                pool.submit(self.follow),
                pool.submit(self.number),
                *(
                    pool.submit(self.send, number)
                    for number in range(REPORTERS)
                ),
            ]:
                done.result()
        self.following.round()
        self.following.round()
        self.number_all()
        self.each_is_told_once()
        with db.engine().connect() as connection:
            for table, kind in (
                (models.ACTIONS, 'action'),
                (models.EVENTS, 'finish'),
            ):
                self.assertEqual(
                    sorted(
                        each['uuid']
                        for each in self.told
                        if each['kind'] == kind
                    ),
                    sorted(
                        connection.execute(sa.select(table.c.uuid)).scalars()
                    ),
                )
            # A step that comes before its action goes to the request's
            # other one.
            self.assertEqual(
                {'succeeded'},
                set(
                    connection.execute(
                        sa.select(models.ACTIONS.c.status).where(
                            ~models.ACTIONS.c.request_id.like('req--%')
                        )
                    ).scalars()
                ),
            )

    def each_is_told_once(self):
        with db.engine().connect() as connection:
            told = collections.Counter(
                connection.execute(
                    sa.select(
                        models.CHANGES.c.kind,
                        models.CHANGES.c.request_id,
                        models.CHANGES.c.event,
                    ).where(models.CHANGES.c.kind != kind.ACTION_ENDED)
                )
                .tuples()
                .all()
            )
        there = collections.Counter()
        for each in self.told:
            request = each['request_id']
            if each['kind'] == 'action':
                there[kind.ACTION_BEGUN, request, None] += 1
            else:
                there[kind.STEP_BEGUN, request, each['name']] += 1
                there[kind.STEP_ENDED, request, each['name']] += 1
        self.assertEqual(there, told)


class TestMysql(_Tests, base.ObjectTestCase):
    CELL = 'mysql'
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    CELL = 'postgresql'
    BACKEND = 'postgresql'
