# SPDX-License-Identifier: Apache-2.0
"""A cell is followed and recorded, too, and changes are numbered at any time:
each transition is told once, whether of the copy or of what was reported. And
hours are counted at any time: they agree with the rows."""

import collections
import datetime

import sqlalchemy as sa
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions.cells.follow import merge
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.db.change import kind
from nova_actions.db.change import numbering
from nova_actions.db.stat import rollup
from nova_actions.objects.stat import StatList
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests import follow_machine
from nova_actions.tests.functional import test_stats
from nova_actions.tests.unit.cells.follow import test_moves

DAY = datetime.timedelta(days=1)
BEGUN = (kind.ACTION_BEGUN, kind.STEP_BEGUN)
RESULTS = test_moves.RESULTS


class Changes(test_moves.Moves):
    """The same as there, but that Nova writes each end where it belongs."""

    #: What makes rows of which nobody can tell what happened.
    archive = purge = None

    @stateful.initialize()
    def have_some(self):
        self.following.count_as_news(fixtures_cells.START)
        super().have_some()

    @stateful.precondition(lambda self: self.open())
    @stateful.rule(data=st.data(), result=st.sampled_from(RESULTS))
    def end(self, data, result):
        super().end(data, result, False)

    @stateful.rule()
    def number(self):
        while numbering.number(
            self.following.context, 'one', settle=merge.queued
        ):
            pass

    def check(self):
        super().check()
        self.number()
        self.each_is_told_once()
        self.each_is_counted_once()

    def each_is_told_once(self):
        """As often as there are rows; which of several that look the same is
        which nobody can tell."""
        told, there = collections.Counter(), collections.Counter()
        with db.engine().connect() as connection:
            for row in connection.execute(
                sa.select(models.CHANGES).order_by(models.CHANGES.c.number)
            ):
                told[
                    row.kind,
                    row.request_id,
                    row.event or row.action,
                    row.host,
                    row.outcome,
                ] += 1
        for action, events in fixtures_follow.content():
            request = action['request_id']
            there[
                kind.ACTION_BEGUN, request, action['action'], None, None
            ] += 1
            if action['finish_time'] is not None:
                there[
                    kind.ACTION_ENDED,
                    request,
                    action['action'],
                    None,
                    action['status'],
                ] += 1
            for event in events:
                what = (request, event['event'], event['host'])
                there[kind.STEP_BEGUN, *what, None] += 1
                if event['finish_time'] is not None:
                    there[kind.STEP_ENDED, *what, event['result']] += 1
        self.compare(told, there)

    @stateful.rule()
    def count(self):
        """Count an hour, or one again, while there is more to come."""
        rollup.advance(self.following.context, 'one')

    def each_is_counted_once(self):
        """Hourly counts agree with the rows, counted one by one."""
        while rollup.advance(self.following.context, 'one'):
            pass
        model = test_stats.Model(fixtures_follow.content())
        window = fixtures_cells.START, fixtures_cells.START + 2 * DAY
        for by in (['action'], ['event', 'host'], ['host', 'hour']):
            found = StatList.get_by_terms_anywhere(
                self.following.context,
                {
                    'by': by,
                    'started_after': f'{window[0].isoformat()}Z',
                    'started_before': f'{window[1].isoformat()}Z',
                },
            )
            assert found.source != 'rows', found
            groups = {
                tuple(getattr(group, name) for name in by): (
                    group.count,
                    group.succeeded,
                    group.failed,
                    group.open,
                    group.retried,
                )
                for group in found.objects
            }
            expected = {
                key: (
                    len(facts),
                    sum(
                        fact['outcome'].startswith('succeeded')
                        for fact in facts
                    ),
                    sum(fact['outcome'] == 'failed' for fact in facts),
                    sum(fact['outcome'] == 'running' for fact in facts),
                    sum(fact['retried'] for fact in facts),
                )
                for key, facts in model.ask(by, {}, window, None).items()
            }
            assert groups == expected, (by, groups, expected)

    def compare(self, told, there):
        """Whatever has begun or ended is told once. An action ends once more
        after a further step."""
        for each in told.keys() | there.keys():
            assert told[each] >= there[each], (each, told, there)
            if each[0] in BEGUN:
                assert told[each] == there[each], (each, told, there)
        told, there = (
            sum(
                count
                for each, count in some.items()
                if each[0] == kind.STEP_ENDED
            )
            for some in (told, there)
        )
        assert told <= there + self.still_open(), (told, there)

    def still_open(self):
        """Return how many steps are open of which an end was told as that of
        a copy: it is not told again."""
        with db.engine().connect() as connection:
            return connection.execute(
                sa.select(sa.func.count())
                .join_from(
                    models.FOLLOWED_ROWS,
                    models.EVENTS,
                    models.EVENTS.c.id == models.FOLLOWED_ROWS.c.own_id,
                )
                .where(
                    models.FOLLOWED_ROWS.c.seen.startswith('told'),
                    models.EVENTS.c.finish_time.is_(None),
                )
            ).scalar_one()


Changes.TestCase.settings = follow_machine.settings(25)
TestChanges = Changes.TestCase
