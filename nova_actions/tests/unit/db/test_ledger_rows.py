# SPDX-License-Identifier: Apache-2.0
"""What the ledger reads costs no more than the events that there are."""

from nova_actions.db import api as db
from nova_actions.db import ledger_rows
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base

NUMBER = 20


def nodes(plan):
    yield plan
    for each in plan.get('Plans', ()):
        yield from nodes(each)


class TestPostgresql(base.ObjectTestCase):
    BACKEND = 'postgresql'

    def setUp(self):
        super().setUp()
        self.action = InstanceAction.action_start(
            self.context, self.instance_uuid, 'create')
        for number in range(NUMBER):
            InstanceActionEvent.event_start(
                self.context, self.instance_uuid, f'step{number}')

    def assert_read_once(self, query, **values):
        with db.engine().connect() as connection:
            text = str(query.params(**values).compile(
                dialect=connection.dialect,
                compile_kwargs={'literal_binds': True}))
            found = connection.exec_driver_sql(
                f'EXPLAIN (ANALYZE, FORMAT JSON) {text}').scalar_one()
        loops = [each['Actual Loops'] for each in nodes(found[0]['Plan'])
                 if each.get('Alias') == 'each_event']
        self.assertEqual([1], loops, text)

    def test_of_a_batch(self):
        self.assert_read_once(ledger_rows._EVENTS, ids=[self.action.id],
                              uuids=[])

    def test_of_a_call(self):
        self.assert_read_once(ledger_rows.BY_ACTION,
                              action_id=self.action.id)
