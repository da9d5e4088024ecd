# SPDX-License-Identifier: Apache-2.0
"""A cell is followed and recorded, too: whatever comes first, and whatever
Nova does meanwhile, each action and each step is there once."""

import collections
import datetime
import uuid

import sqlalchemy as sa
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db import report
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests import follow_machine

EVENTS = fixtures_cells.EVENTS
SECOND = fixtures_cells.SECOND
#: Whether the bridge is on a host.
HOSTS = {'bridged1': True, 'bridged2': True, 'bare': False}
NAMES = ('extend_volume', 'reboot')
RESULTS = ('Success', 'Error')


class Moves(follow_machine.Machine):
    """What Nova does, what becomes of it in the cell, and what is reported
    of it, each at any time."""

    def __init__(self):
        super().__init__(rate=2)
        #: By the id in the cell.
        self.actions, self.steps = {}, {}
        self.archived = []
        self.purged = set()
        self.copied = set()
        #: By what is reported: whether it is stored.
        self.reported = collections.defaultdict(set)

    def time(self, apart=100):
        return super().time(apart) + datetime.timedelta(microseconds=654_321)

    # -- what Nova does ---------------------------------------------------

    @stateful.initialize()
    def have_some(self):
        for name in NAMES:
            self.begin(True, name, False)
        for action in list(self.actions):
            for host in HOSTS:
                self.add_step(action, host, True)

    @stateful.rule(
        is_bridged=st.booleans(),
        name=st.sampled_from(NAMES),
        is_same=st.booleans(),
    )
    def begin(self, is_bridged, name, is_same):
        """Begin an action; maybe one more of the last request."""
        request, start = f'req-{uuid.uuid4()}', self.time()
        if is_same and self.actions:
            last = list(self.actions.values())[-1]
            request, start = last['request'], last['start']
        row_id = self.take_number()
        self.cell.action(
            self.server,
            name,
            id=row_id,
            request_id=request,
            start_time=start.replace(microsecond=0),
        )
        self.actions[row_id] = {
            'id': row_id,
            'name': name,
            'request': request,
            'start': start,
            'uuid': str(uuid.uuid4()),
            'is_bridged': is_bridged,
        }

    def live(self):
        return sorted(self.actions.keys() - self.purged - set(self.archived))

    @stateful.precondition(lambda self: self.live())
    @stateful.rule(
        data=st.data(),
        host=st.sampled_from(sorted(HOSTS)),
        is_same=st.booleans(),
    )
    def step(self, data, host, is_same):
        self.add_step(data.draw(st.sampled_from(self.live())), host, is_same)

    def add_step(self, action, host, is_same):
        """Begin a step; maybe when another began."""
        start = self.time()
        if is_same and self.steps:
            start = list(self.steps.values())[-1]['start']
        row_id = self.take_number()
        self.cell.event(
            action,
            'step',
            None,
            id=row_id,
            host=host,
            start_time=start.replace(microsecond=0),
        )
        self.steps[row_id] = {
            'id': row_id,
            'action': action,
            'host': host,
            'start': start,
            'uuid': str(uuid.uuid4()),
            'end': None,
        }

    @stateful.precondition(lambda self: self.open())
    @stateful.rule(
        data=st.data(),
        result=st.sampled_from(RESULTS),
        is_crossed=st.booleans(),
    )
    def end(self, data, result, is_crossed):
        """End a step; maybe Nova writes it to another one's row."""
        step = self.steps[data.draw(st.sampled_from(self.open()))]
        step['end'] = step['start'] + 5 * SECOND, result
        row = (
            min(
                each['id']
                for each in self.steps.values()
                if each['action'] == step['action']
            )
            if is_crossed
            else step['id']
        )
        self.cell.update(
            EVENTS,
            row,
            result=result,
            finish_time=self.time().replace(microsecond=0),
        )

    def open(self):
        return sorted(
            step['id']
            for step in self.steps.values()
            if not step['end'] and step['action'] in self.live()
        )

    @stateful.precondition(lambda self: self.live())
    @stateful.rule(data=st.data())
    def archive(self, data):
        action = data.draw(st.sampled_from(self.live()))
        self.cell.archive(action)
        self.archived.append(action)

    @stateful.precondition(lambda self: self.archived)
    @stateful.rule()
    def purge(self):
        action = self.archived.pop(0)
        self.cell.purge(action)
        self.purged.add(action)

    # -- what is reported -------------------------------------------------

    def send(self, kind, name, thing, **values):
        action = self.actions[thing.get('action', thing['id'])]
        (answer,) = report.apply(
            self.following.context,
            [
                fixtures_follow.report(
                    kind,
                    name,
                    self.server,
                    action['request'],
                    thing['start'],
                    **{'uuid': thing['uuid'], **values},
                )
            ],
            fixtures_follow.EPOCH,
            'host',
            {
                self.server: {
                    'uuid': self.server,
                    'project_id': 'owner',
                    'user_id': 'user',
                }
            },
        )
        if answer.verdict == 'refused':
            # It waits for its action.
            assert answer.error == 'InstanceActionNotFound', answer
            return
        self.reported[kind].add(thing['id'])

    @stateful.rule(data=st.data())
    def report_action(self, data):
        wanted = self.unreported_actions()
        if wanted:
            self.send_action(data.draw(st.sampled_from(wanted)))

    def unreported_actions(self):
        return [
            each
            for each in self.actions.values()
            if each['is_bridged']
            and (each['id'] not in self.reported['action'])
        ]

    def send_action(self, action):
        self.send('action', action['name'], action)

    @stateful.rule(data=st.data())
    def report_step(self, data):
        wanted = self.unreported_steps()
        if wanted:
            self.send_step(data.draw(st.sampled_from(wanted)))

    def unreported_steps(self):
        return [
            each
            for each in self.steps.values()
            if HOSTS[each['host']]
            and each['id']
            not in self.reported['finish' if each['end'] else 'start']
        ]

    def send_step(self, step):
        values = {'host': step['host']}
        if not step['end']:
            self.send('start', 'step', step, **values)
            return
        self.send(
            'finish',
            'step',
            step,
            finish_time=step['end'][0],
            result=step['end'][1],
            **values,
        )

    # -- who follows ------------------------------------------------------

    def round_of_all(self):
        self.following.round()
        there = self.actions.keys() - self.purged
        self.copied |= there | {
            step['id']
            for step in self.steps.values()
            if step['action'] in there
        }

    @stateful.rule()
    def round(self):
        self.round_of_all()
        self.check()

    # -- what must be -----------------------------------------------------

    def check(self):
        """Each that was told, by whom ever, is there once."""
        with db.engine().connect() as connection:
            uuids = set(
                connection.execute(sa.select(models.ACTIONS.c.uuid)).scalars()
            )
            steps = {
                row.uuid: row
                for row in connection.execute(sa.select(models.EVENTS))
            }
            sources = collections.defaultdict(dict)
            for row in connection.execute(sa.select(models.FOLLOWED_ROWS)):
                sources[row.source][row.source_id] = row.attempts
        told = self.reported['action'] | (self.copied & self.actions.keys())
        assert len(uuids) == len(told), (len(uuids), told)
        assert {
            self.actions[each]['uuid'] for each in self.reported['action']
        } <= uuids
        # A step whose end came first is the same.
        told = self.reported['start'] | self.reported['finish']
        for each in told:
            step = steps.pop(self.steps[each]['uuid'])
            if each in self.reported['finish']:
                assert (step.finish_time, step.result) == self.steps[each][
                    'end'
                ]
        copied = sources['instance_actions_events']
        alone = (self.copied & self.steps.keys()) - told
        assert len(steps) == sum(copied.values()), (steps, copied)
        assert len(alone) == sum(map(bool, copied.values())), (alone, copied)

    def in_the_end(self):
        """All that waited is reported, and what has happened is told."""
        self.round_of_all()
        for action in self.unreported_actions():
            self.send_action(action)
        for step in self.unreported_steps():
            self.send_step(step)
        self.round()
        self.round()


Moves.TestCase.settings = follow_machine.settings(25)
TestMoves = Moves.TestCase
