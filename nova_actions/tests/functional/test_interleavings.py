# SPDX-License-Identifier: Apache-2.0
"""Random interleavings of starts, failures and retries on several hosts,
held against a model: no finish ever lands on somebody else's event."""

import uuid

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_actions import exception
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import FULL
from nova_actions.tests import base

EXAMPLES = 1000 if FULL else 15

HOSTS = st.sampled_from(['host1', 'host2', 'host3'])
NAMES = st.sampled_from(['compute_build', 'compute_check'])


def status_of(events):
    """The status that the design gives to these events, oldest first."""
    if not events or any(event['result'] is None for event in events):
        return 'running'
    last = {event['name']: event['result'] for event in events}
    if 'Error' in last.values():
        return 'failed'
    if any(event['result'] == 'Error' for event in events):
        return 'succeeded_after_retry'
    return 'succeeded'


class Machine(stateful.RuleBasedStateMachine):
    """One action; reporters with handles, and Nova's without."""

    case = None

    def __init__(self):
        super().__init__()
        self.context = self.case.new_context()
        self.instance_uuid = str(uuid.uuid4())
        self.events = []
        self.updated_at = None
        InstanceAction.action_start(
            self.context, self.instance_uuid, 'create', want_result=False
        )

    @stateful.rule(name=NAMES, host=HOSTS)
    def start(self, name, host):
        event = InstanceActionEvent.event_start(
            self.context, self.instance_uuid, name, host=host
        )
        self.events.append(
            {'handle': event.uuid, 'name': name, 'host': host, 'result': None}
        )

    @stateful.precondition(lambda self: self.events)
    @stateful.rule(data=st.data(), failed=st.booleans())
    def finish_by_handle(self, data, failed):
        event = data.draw(st.sampled_from(self.events))
        self.expect(
            event,
            failed,
            event['name'],
            uuid=event['handle'],
            host=event['host'],
        )

    @stateful.rule(name=NAMES, host=st.none() | HOSTS, failed=st.booleans())
    def finish_as_nova_does(self, name, host, failed):
        mine = [
            event
            for event in self.events
            if event['name'] == name and host in (None, event['host'])
        ]
        still_open = [event for event in mine if event['result'] is None]
        meant = (still_open or mine or [None])[-1]
        self.expect(meant, failed, name, host=host)

    def expect(self, event, failed, name, **kwargs):
        result = 'Error' if failed else 'Success'
        refused = event is None or event['result'] not in (None, result)
        try:
            InstanceActionEvent.event_finish_with_failure(
                self.context,
                self.instance_uuid,
                name,
                exc_val='boom' if failed else None,
                exc_tb='frames' if failed else None,
                **kwargs,
            )
        except exception.InstanceActionEventNotFound:
            assert refused
        else:
            assert not refused
            event['result'] = result

    @stateful.invariant()
    def rows_are_the_models(self):
        action = InstanceAction.get_by_request_id(
            self.case.admin, self.instance_uuid, self.context.request_id
        )
        rows = list(reversed(list(action.events)))
        assert [(row.uuid, row.host, row.result) for row in rows] == [
            (event['handle'], event['host'], event['result'])
            for event in self.events
        ]
        assert action.status == status_of(self.events)
        assert action.message == (
            'Error' if action.status == 'failed' else None
        )
        assert (action.finish_time is None) == (action.status == 'running')
        assert self.updated_at is None or action.updated_at >= self.updated_at
        self.updated_at = action.updated_at


class _Tests:
    def test_interleavings(self):
        machine = type('M', (Machine,), {'case': self})
        stateful.run_state_machine_as_test(
            machine,
            settings=hypothesis.settings(
                max_examples=EXAMPLES, stateful_step_count=20
            ),
        )


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
