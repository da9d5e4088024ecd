# SPDX-License-Identifier: Apache-2.0
"""A record in memory, kept by the rules alone, and reports for it."""

import copy
import datetime
import uuid

from nova_actions import exception
from nova_actions.db import ledger_rules
from nova_actions.db import status

NOW = datetime.datetime(2026, 3, 1, 12)
SERVER = str(uuid.uuid4())
BAD = ('Error', 'Interrupted')


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
    end = {
        **step,
        'kind': 'finish',
        'result': result,
        'finish_time': at(second),
        **values,
    }
    row = {**step['row'](), 'redactions': end['redactions']}
    return {**end, 'row': lambda: row}


def an_action_end(action, second=1, **values):
    return {
        **action,
        'kind': 'end',
        'uuid': str(uuid.uuid4()),
        'finish_time': at(second),
        **values,
    }


class Record:
    """What a database would have.

    ``told`` has the changes that the rules have told of.

    :param counting: whether the rules get only the events that count
    """

    def __init__(self, counting=False):
        self.counting = counting
        self.instances, self.actions, self.events = {}, {}, {}
        self.told = []
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
        self.told += ledger.transitions
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

    def action(self):
        """Return the newest action."""
        return list(self.actions.values())[-1]

    def event(self, step):
        """Return the row of a step."""
        return self.events[step['uuid']]


def without_times(record):
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
