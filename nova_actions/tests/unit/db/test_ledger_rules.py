# SPDX-License-Identifier: Apache-2.0
"""The rules of the record, without a database."""

import copy
import datetime
import uuid

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st
from oslotest import base

from nova_actions import exception
from nova_actions.db import ledger_rules
from nova_actions.db import status
from nova_actions.tests import FULL

EXAMPLES = 2000 if FULL else 200

NOW = datetime.datetime(2026, 3, 1, 12)
SERVER = str(uuid.uuid4())
BAD = ('Error', 'Interrupted')

NAMES = st.sampled_from(['build', 'check'])
HOSTS = st.sampled_from(['host1', 'host2'])
REQUESTS = st.sampled_from(['req-1', 'req-2', 'req-x'])
SECONDS = st.integers(-60, 60)


def at(second):
    return NOW + datetime.timedelta(seconds=second)


def an_action(**values):
    return {
        'kind': 'action',
        'uuid': str(uuid.uuid4()),
        'name': 'create',
        'instance_uuid': SERVER,
        'request_id': 'req-1',
        'action_uuid': None,
        'global_request_id': None,
        'user_id': 'user',
        'user_name': None,
        'project_id': 'owner',
        'project_name': None,
        'start_time': NOW,
        'is_system': False,
        **values,
    }


def a_step(**values):
    step = {
        'kind': 'start',
        'uuid': str(uuid.uuid4()),
        'name': 'build',
        'instance_uuid': SERVER,
        'request_id': 'req-1',
        'action_uuid': None,
        'global_request_id': None,
        'host': 'host1',
        'start_time': NOW,
        'finish_time': None,
        'is_system': False,
        'redactions': 0,
        **dict.fromkeys(ledger_rules.OUTCOME),
        **values,
    }
    row = {
        **dict.fromkeys((*ledger_rules.OUTCOME, 'finish_time', 'updated_at')),
        'uuid': step['uuid'],
        'event': step['name'],
        'host': step['host'],
        'start_time': step['start_time'],
        'redactions': 0,
        'epoch': 'life',
    }
    return {**step, 'row': lambda: row}


def an_end(step, result='Success', second=1, **values):
    return {
        **step,
        'kind': 'finish',
        'result': result,
        'finish_time': at(second),
        **values,
    }


class Record:
    """What a database would have.

    :param counting: whether the rules get only the events that count
    """

    def __init__(self, counting=False):
        self.counting = counting
        self.instances, self.actions, self.events = {}, {}, {}
        self.now = NOW

    def ledger(self, *reports):
        self.now += datetime.timedelta(seconds=1)
        rows = sorted(
            copy.deepcopy(list(self.events.values())),
            key=lambda row: row['id'],
        )
        if self.counting:
            rows = self.that_count(rows, {each['uuid'] for each in reports})
        return ledger_rules.Ledger(
            self.now,
            self.instances,
            copy.deepcopy(list(self.actions.values())),
            rows,
        )

    @staticmethod
    def that_count(rows, handles):
        """Return what the query returns."""
        found = []
        for action_id in {row['action_id'] for row in rows}:
            own = [row for row in rows if row['action_id'] == action_id]
            bad = {
                row['uuid']
                for row in own
                if row['finish_time'] is None or row['result'] in BAD
            }
            last = {row['event']: row['uuid'] for row in own}
            good = [row for row in own if row['uuid'] not in bad]
            latest = max(
                good,
                key=lambda row: row['finish_time'],
                default={'uuid': None},
            )
            found += [
                row
                for row in own
                if row['uuid']
                in {
                    *bad,
                    *handles,
                    latest['uuid'],
                    *(last[row['event']] for row in own if row['uuid'] in bad),
                }
            ]
        return found

    def store(self, ledger):
        ledger.settle()
        for row in ledger.new_instances:
            self.instances[row['uuid']] = {**row, 'id': 1}
        for action in ledger.actions.values():
            action.row.setdefault('id', len(self.actions) + 1)
            self.actions[action.row['uuid']] = copy.deepcopy(action.row)
        for row, action in ledger.new_events:
            self.events[row['uuid']] = {
                **row,
                'id': len(self.events) + 1,
                'action_id': action.row['id'],
            }
        for row in ledger.changed_events.values():
            self.events[row['uuid']] = copy.deepcopy(row)

    def tell(self, *reports):
        """Apply reports in one transaction; return what became of each."""
        ledger = self.ledger(*reports)
        answers = []
        for report in reports:
            try:
                answers.append(ledger.enter(report))
            except exception.ActionsException as error:
                answers.append(type(error).__name__)
        self.store(ledger)
        return answers

    def crash(self):
        ledger = self.ledger()
        for action in ledger.actions.values():
            for event in action.events.values():
                if event['finish_time'] is None:
                    ledger.interrupt(event, action, 'it is dead')
        self.store(ledger)

    def orphans(self):
        ledger = self.ledger()
        for action in ledger.actions.values():
            if not action.events and action.status == status.RUNNING:
                ledger.interrupt_action(action, 'nothing came')
        self.store(ledger)

    def seen(self):
        return self.instances, self.actions, self.events


class Machine(stateful.RuleBasedStateMachine):
    """Two requests of a server and one that has no action."""

    def __init__(self):
        super().__init__()
        self.whole, self.counting = Record(), Record(counting=True)
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
        assert _without_times(self.whole) == _without_times(self.counting)

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


def _without_times(record):
    """Return the rows without the times at which they were written."""
    instances, actions, events = record.seen()
    return instances, *(
        {
            key: {
                name: value
                for name, value in row.items()
                if name != 'updated_at'
            }
            for key, row in rows.items()
        }
        for rows in (actions, events)
    )


TestRules = hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=20)(
    Machine
).TestCase


class LedgerTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.record = Record()

    def action(self):
        return list(self.record.actions.values())[-1]

    def test_create_registers_and_nothing_else_does(self):
        self.assertEqual(
            ['InstanceNotFound'], self.record.tell(an_action(name='reboot'))
        )
        self.assertEqual(['applied'], self.record.tell(an_action()))
        self.assertEqual('owner', self.record.instances[SERVER]['project_id'])

    def test_a_retry(self):
        first, second = a_step(host='host1'), a_step(host='host2')
        self.record.tell(an_action(), first, an_end(first, 'Error'))
        self.assertEqual(
            ('failed', 'Error'),
            (self.action()['status'], self.action()['message']),
        )
        self.record.tell(second)
        self.assertEqual(
            ('running', None, None),
            tuple(
                self.action()[name]
                for name in ('status', 'message', 'finish_time')
            ),
        )
        self.record.tell(an_end(second, second=9))
        self.assertEqual(
            ('succeeded_after_retry', at(9)),
            (self.action()['status'], self.action()['finish_time']),
        )

    def test_a_late_end_of_what_a_crash_closed(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.record.crash()
        self.assertEqual('interrupted', self.action()['status'])
        self.assertEqual(['applied'], self.record.tell(an_end(step)))
        self.assertEqual(
            ('succeeded', at(1)),
            (self.action()['status'], self.action()['finish_time']),
        )
        (event,) = self.record.events.values()
        self.assertIsNone(event['details'])

    def test_another_host_may_not_finish(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.assertEqual(
            ['Forbidden'], self.record.tell(an_end({**step, 'host': 'host2'}))
        )

    def test_what_its_start_has_said_stays(self):
        step = a_step()
        step['row']()['details'] = 'attempt 1 of 3'
        self.record.tell(an_action(), step, an_end(step))
        (event,) = self.record.events.values()
        self.assertEqual('attempt 1 of 3', event['details'])

    def test_a_projectless_event_joins_the_running_action(self):
        self.record.tell(an_action())
        joining = a_step(request_id='req-9', is_system=True)
        self.record.tell(joining)
        self.assertEqual(1, len(self.record.actions))
        self.record.tell(an_end(joining))
        later = a_step(request_id='req-9', is_system=True)
        self.record.tell(later)
        self.assertEqual(
            ['create', 'system'],
            [row['action'] for row in self.record.actions.values()],
        )
        self.record.tell(an_end(later))
        self.assertEqual('succeeded', self.action()['status'])

    def test_a_late_step_opens_an_orphan(self):
        self.record.tell(an_action())
        self.record.orphans()
        self.assertEqual(
            ('interrupted', 'nothing came'),
            (self.action()['status'], self.action()['evidence']),
        )
        self.record.tell(a_step())
        self.assertEqual(
            ('running', None),
            (self.action()['status'], self.action()['evidence']),
        )

    def test_a_handle_is_one_events(self):
        step = a_step()
        self.record.tell(an_action(), step)
        self.assertEqual(
            ['Conflict'], self.record.tell({**step, 'name': 'another'})
        )

    def test_an_older_end_moves_the_action(self):
        """Galera certifies only rows that change."""
        one, other = a_step(name='one'), a_step(name='other')
        self.record.tell(an_action(), one, other, an_end(one, second=9))
        before = self.action()['updated_at']
        self.record.tell(an_end(other, second=1))
        self.assertGreater(self.action()['updated_at'], before)
