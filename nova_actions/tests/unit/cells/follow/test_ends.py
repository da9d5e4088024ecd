# SPDX-License-Identifier: Apache-2.0
"""How the ends differ that a cell and a reporter tell of the same."""

import datetime

from nova_actions import vocabulary
from nova_actions.cells.follow import ends
from nova_actions.cells.follow import known
from nova_actions.cells.follow import source_row
from nova_actions.tests import fixtures_cells
from nova_actions.tests import fixtures_follow
from nova_actions.tests.unit.cells.follow import base
from nova_actions.upkeep import stale_reporter

START, SECOND = fixtures_cells.START, fixtures_cells.SECOND
MINUTE = datetime.timedelta(minutes=1)
EVENT = 'compute_reboot_instance'


class EndsTest(base.FollowTestCase):
    def record(self, result, finish_time):
        """Report a step, and have the cell have it open; return its id in
        the cell."""
        server = self.cell.server()
        action = self.cell.action(server, request_id='req-1')
        event = self.cell.event(action, EVENT, result=None)
        started = fixtures_follow.report(
            'action', 'reboot', server, 'req-1', START
        )
        step = fixtures_follow.report(
            'start' if result is None else 'finish',
            EVENT,
            server,
            'req-1',
            START,
            host='host1',
            result=result,
            finish_time=finish_time,
        )
        self.report(server, started, step)
        self.round()
        return action, event

    def differences(self, name, row_id, **values):
        """Return how a row differs that the cell has with those values."""
        copy = known.of_ids(self.admin, 'east', name, [row_id])[row_id]
        own_id = copy.own_id if name == source_row.EVENTS else copy.action_id
        return ends.differences(
            self.admin, name, [{'id': row_id, **values}], {row_id: own_id}
        )

    def of_event(self, result, at, own_result, own_at):
        _action, event = self.record(own_result, own_at)
        return self.differences(
            source_row.EVENTS, event, result=result, finish_time=at
        )

    def test_both_open(self):
        self.assertEqual([], self.of_event(None, None, None, None))

    def test_the_same_end(self):
        self.assertEqual(
            [],
            self.of_event(
                'Success', START + MINUTE, 'Success', START + 2 * MINUTE
            ),
        )

    def test_open_in_the_cell(self):
        self.assertEqual(
            [ends.OPEN_THERE],
            self.of_event(None, None, 'Success', START + SECOND),
        )

    def test_open_here(self):
        self.assertEqual(
            [ends.OPEN_HERE],
            self.of_event('Success', START + SECOND, None, None),
        )

    def test_another_result(self):
        self.assertEqual(
            [ends.RESULT],
            self.of_event('Error', START + SECOND, 'Success', START + SECOND),
        )

    def test_another_time(self):
        for later, expected in (
            (MINUTE, []),
            (MINUTE + SECOND, [ends.TIME]),
        ):
            _action, event = self.record('Success', START + SECOND)
            self.assertEqual(
                expected,
                self.differences(
                    source_row.EVENTS,
                    event,
                    result='Success',
                    finish_time=START + SECOND + later,
                ),
            )

    def test_closed_here(self):
        action, event = self.record(None, None)
        ((stored, _events),) = fixtures_follow.content()
        stale_reporter.close_action(self.admin, stored['uuid'], 'by jane')
        self.assertEqual(
            [ends.CLOSED_HERE],
            self.differences(
                source_row.EVENTS,
                event,
                result='Success',
                finish_time=START + SECOND,
            ),
        )
        # An interrupted action has gone wrong.
        for message, expected in ((None, [ends.FAILED_HERE]), ('Error', [])):
            self.assertEqual(
                expected,
                self.differences(source_row.ACTIONS, action, message=message),
            )

    def test_actions(self):
        for result, message, expected in (
            (None, 'Error', []),
            (vocabulary.RESULT_SUCCESS, None, []),
            (vocabulary.RESULT_SUCCESS, 'Error', [ends.FAILED_THERE]),
            (vocabulary.RESULT_ERROR, 'Error', []),
            (vocabulary.RESULT_ERROR, None, [ends.FAILED_HERE]),
        ):
            action, _event = self.record(result, result and START + SECOND)
            self.assertEqual(
                expected,
                self.differences(source_row.ACTIONS, action, message=message),
                (result, message),
            )

    def test_what_no_reporter_told_is_not_compared(self):
        for name in (source_row.ACTIONS, source_row.EVENTS):
            self.assertEqual(
                [], ends.differences(self.admin, name, [{'id': 1}], {})
            )
