# SPDX-License-Identifier: Apache-2.0
"""Whatever the order in which a cell's rows are committed, overwritten,
archived and purged, and the follower dies: each is copied once."""

import collections

import sqlalchemy as sa
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions.cells.follow import source_row
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests import follow_machine

EVENTS = fixtures_cells.EVENTS
NAMES = ('one', 'two')


class Orders(follow_machine.Machine):
    """A cell that is followed, a step at a time.

    What it must have copied is what was there at the end of a round.
    """

    def __init__(self):
        super().__init__()
        self.held_back = []
        self.live, self.archived = {}, []
        self.copied, self.ends = set(), {}
        self.seen = collections.defaultdict(list)

    # -- what Nova does ---------------------------------------------------

    @stateful.initialize(
        steps=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4)
    )
    def have_some(self, steps):
        for _number in range(2):
            self.begin()
            self.take_an_id_and_be_slow()
            for name in steps:
                self.add_step(max(self.live), name, True)
        self.round()

    @stateful.rule()
    def begin(self):
        row_id = self.take_number()
        self.cell.action(self.server, id=row_id)
        self.live[row_id] = []

    @stateful.rule()
    def take_an_id_and_be_slow(self):
        self.held_back.append(self.take_number())

    @stateful.precondition(lambda self: self.held_back)
    @stateful.rule()
    def commit_late(self):
        row_id = self.held_back.pop(0)
        self.cell.action(self.server, id=row_id)
        self.live[row_id] = []

    @stateful.precondition(lambda self: self.live)
    @stateful.rule(data=st.data(), is_over=st.booleans())
    def step(self, data, is_over):
        self.add_step(
            data.draw(st.sampled_from(sorted(self.live))),
            data.draw(st.sampled_from(NAMES)),
            is_over,
        )

    def add_step(self, action, name, is_over):
        row_id = self.take_number()
        self.live[action].append(row_id)
        self.ends[row_id] = None
        self.cell.event(action, name, id=row_id, result=None)
        if is_over:
            self.finish(row_id, 'Success')

    @stateful.precondition(lambda self: any(self.live.values()))
    @stateful.rule(
        data=st.data(), result=st.sampled_from(('Success', 'Error'))
    )
    def end(self, data, result):
        """End a step, maybe one that has ended."""
        self.finish(
            data.draw(
                st.sampled_from(
                    sorted(
                        event
                        for events in self.live.values()
                        for event in events
                    )
                )
            ),
            result,
        )

    def finish(self, row_id, result):
        at = self.time()
        self.cell.update(EVENTS, row_id, result=result, finish_time=at)
        self.ends[row_id] = at, result

    @stateful.precondition(lambda self: self.live)
    @stateful.rule(data=st.data())
    def archive(self, data):
        action = data.draw(st.sampled_from(sorted(self.live)))
        self.cell.archive(action)
        self.archived.append((action, self.live.pop(action)))

    @stateful.precondition(lambda self: self.archived)
    @stateful.rule()
    def purge(self):
        action, events = self.archived.pop(0)
        self.cell.purge(action)
        for event in events:
            if not self.seen[event]:
                del self.ends[event]

    # -- who follows ------------------------------------------------------

    @stateful.rule()
    def round(self):
        self.following.round()
        for action, events in (*self.live.items(), *self.archived):
            self.copied.add(action)
            for event in events:
                seen = self.seen[event]
                if not seen or seen[-1] is None:
                    seen[-1:] = [self.ends[event]]
                elif self.ends[event] != seen[-1]:
                    seen.append(self.ends[event])

    @stateful.rule()
    def nothing_more(self):
        """Two rounds do what one does."""
        self.round()
        before = fixtures_follow.content()
        self.following.follower = self.following.another('first')
        self.following.round()
        assert before == fixtures_follow.content()

    @stateful.invariant()
    def each_is_there_once(self):
        with db.engine().connect() as connection:
            rows = connection.execute(
                sa.select(
                    models.FOLLOWED_ROWS.c.source_id,
                    models.FOLLOWED_ROWS.c.attempts,
                ).where(models.FOLLOWED_ROWS.c.source == source_row.EVENTS)
            ).all()
            events = {
                row.uuid: row
                for row in connection.execute(sa.select(models.EVENTS))
            }
            actions = set(
                connection.execute(sa.select(models.ACTIONS.c.uuid)).scalars()
            )
        assert actions == {
            source_row.action_uuid('east', row_id) for row_id in self.copied
        }
        told = {
            row_id: [
                events.pop(source_row.event_uuid('east', row_id, attempt))
                for attempt in range(1, attempts + 1)
            ]
            for row_id, attempts in rows
        }
        assert not events
        assert {
            row_id: seen for row_id, seen in self.seen.items() if seen
        } == {
            row_id: [
                (each.finish_time, each.result) if each.finish_time else None
                for each in attempts
            ]
            for row_id, attempts in told.items()
        }


Orders.TestCase.settings = follow_machine.settings(20)
TestOrders = Orders.TestCase
