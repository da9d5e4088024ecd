# SPDX-License-Identifier: Apache-2.0
"""Random sequences of reports, crashes and resends: what holds after each,
and that the rules need only the events that the queries return."""

import copy

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions.db import status
from nova_actions.tests import FULL
from nova_actions.tests.unit.db import rules_record
from nova_actions.tests.unit.db.rules_record import a_step
from nova_actions.tests.unit.db.rules_record import an_action
from nova_actions.tests.unit.db.rules_record import an_end
from nova_actions.tests.unit.db.rules_record import at

NAMES = st.sampled_from(['build', 'check'])
HOSTS = st.sampled_from(['host1', 'host2'])
REQUESTS = st.sampled_from(['req-1', 'req-2', 'req-x'])
SECONDS = st.integers(-60, 60)


class Machine(stateful.RuleBasedStateMachine):
    """Two requests of a server and one that has no action."""

    def __init__(self):
        super().__init__()
        self.whole, self.counting = (
            rules_record.Record(),
            rules_record.Record(counting=True),
        )
        self.steps = []
        self.tell(an_action())
        self.tell(an_action(request_id='req-2', name='reboot'))

    def tell(self, *reports):
        before = copy.deepcopy(self.whole.seen())
        answers = self.whole.tell(*reports)
        assert answers == self.counting.tell(*reports)
        self.check(before)
        again = copy.deepcopy(self.whole.seen())
        repeated = self.whole.tell(*reports)
        assert 'applied' not in repeated
        assert self.whole.seen() == again
        self.counting.now = self.whole.now
        return answers

    def check(self, before):
        """See what holds whatever happens."""
        _, actions, events = self.whole.seen()
        for key, row in before[2].items():
            now = events[key]
            changed = row != now
            # Nobody changes what has ended, but for what a crash ended.
            assert not changed or row['result'] in (None, 'Interrupted')
            assert now['host'] == row['host']
            if changed:
                action = next(
                    each
                    for each in actions.values()
                    if each['id'] == row['action_id']
                )
                was = before[1][action['uuid']]
                assert action['updated_at'] > was['updated_at']
        for row in events.values():
            assert (row['finish_time'] is None) == (row['result'] is None)
            assert not row['finish_time'] or (
                row['finish_time'] >= row['start_time']
            )
        for row in actions.values():
            assert not row['finish_time'] or (
                row['finish_time'] >= row['start_time']
            )
            assert (row['message'] == 'Error') == (
                row['status'] in ('failed', 'interrupted')
            )

    @stateful.rule(
        name=NAMES,
        host=HOSTS,
        request=REQUESTS,
        second=SECONDS,
        is_system=st.booleans(),
    )
    def start(self, name, host, request, second, is_system):
        self.steps.append(
            a_step(
                name=name,
                host=host,
                request_id=request,
                start_time=at(second),
                is_system=is_system,
            )
        )
        self.tell(self.steps[-1])

    @stateful.precondition(lambda self: self.steps)
    @stateful.rule(
        data=st.data(),
        second=SECONDS,
        result=st.sampled_from(['Success', 'Error']),
    )
    def finish(self, data, second, result):
        self.tell(
            an_end(data.draw(st.sampled_from(self.steps)), result, second)
        )

    @stateful.rule(name=NAMES, request=REQUESTS, second=SECONDS)
    def an_end_alone(self, name, request, second):
        self.steps.append(a_step(name=name, request_id=request))
        self.tell(an_end(self.steps[-1], second=second))

    @stateful.rule()
    def crash(self):
        for record in (self.whole, self.counting):
            record.crash()

    @stateful.rule()
    def orphans(self):
        for record in (self.whole, self.counting):
            record.orphans()

    @stateful.invariant()
    def what_counts_is_enough(self):
        self.counting.now = self.whole.now
        assert rules_record.without_times(
            self.whole
        ) == rules_record.without_times(self.counting)

    @stateful.invariant()
    def a_status_follows_from_the_steps(self):
        for row in self.whole.actions.values():
            events = [
                each
                for each in self.whole.events.values()
                if each['action_id'] == row['id']
            ]
            if events:
                assert row['status'] == status.derive(row, events)
                if row['status'] != status.RUNNING:
                    assert row['finish_time'] == max(
                        row['start_time'],
                        *(each['finish_time'] for each in events),
                    )


TestRules = hypothesis.settings(
    max_examples=2000 if FULL else 200, stateful_step_count=20
)(Machine).TestCase
