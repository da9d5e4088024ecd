# SPDX-License-Identifier: Apache-2.0
"""A cell's row as a report."""

import datetime
import uuid

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions.cells.follow import source_row
from nova_actions.db import ledger_rules
from nova_actions.objects import text

_ids = strategies.integers(1, 2**63 - 1)
_times = strategies.datetimes()
_results = strategies.sampled_from(['Success', 'Error'])


def event(**values):
    return {
        'id': 1,
        'action_id': 2,
        'event': 'compute_reboot_instance',
        'host': 'cmp-1',
        'start_time': datetime.datetime(2026, 1, 1),
        'finish_time': None,
        'created_at': datetime.datetime(2026, 1, 1),
        'updated_at': None,
        'result': None,
        'details': None,
        'traceback': None,
        **values,
    }


class RowTest(base.BaseTestCase):
    @given(_ids, _ids, strategies.integers(1, 5))
    def test_uuids(self, one, other, attempt):
        """They are the same whenever a row is copied, and each its own."""
        made = {
            source_row.action_uuid('east', one),
            source_row.action_uuid('west', one),
            source_row.event_uuid('east', one, attempt),
            source_row.event_uuid('east', one, attempt + 1),
        }
        self.assertEqual(4, len({uuid.UUID(each) for each in made}))
        self.assertEqual(
            one == other,
            source_row.action_uuid('east', one)
            == source_row.action_uuid('east', other),
        )

    @given(_times, _times, _results, _results)
    def test_what_was_seen(self, one, other, result, other_result):
        """It tells one end from another, and fits its column."""
        first = source_row.seen(event(finish_time=one, result=result))
        second = source_row.seen(event(finish_time=other, result=other_result))
        self.assertEqual(
            (one, result) == (other, other_result), first == second
        )
        self.assertLessEqual(len(first), 64)
        self.assertIsNone(source_row.seen(event()))

    def test_created(self):
        first, second, third = (
            datetime.datetime(2026, 1, day) for day in (1, 2, 3)
        )
        for expected, values in (
            (first, (first, second, third)),
            (second, (None, second, third)),
            (third, (None, None, third)),
            # MySQL has dates that are none.
            (second, ('0000-00-00 00:00:00', second, None)),
        ):
            names = ('created_at', 'start_time', 'updated_at')
            self.assertEqual(
                expected,
                source_row.created(dict(zip(names, values, strict=True))),
            )
        self.assertEqual(1970, source_row.created({}).year)

    def test_server(self):
        known = str(uuid.uuid4())
        for expected, value in (
            (known, known),
            (known, known.upper()),
            (None, None),
            (None, ''),
            (None, 'x'),
        ):
            self.assertEqual(
                expected, source_row.server({'instance_uuid': value})
            )

    def test_event(self):
        sanitizer = text.sanitizer()
        begun = source_row.event(event(result='Error', details='x'), sanitizer)
        self.assertEqual(
            (ledger_rules.START, None), (begun['kind'], begun['result'])
        )
        failed = source_row.event(
            event(
                result='Error',
                details='password=S3cr3tS3cr3t',
                finish_time=datetime.datetime(2026, 1, 2),
            ),
            sanitizer,
        )
        self.assertEqual(
            (ledger_rules.FINISH, 'Error'), (failed['kind'], failed['result'])
        )
        self.assertNotIn('S3cr3t', failed['details'])
        self.assertIsNotNone(failed['reason'])

    def test_a_further_attempt(self):
        sanitizer = text.sanitizer()
        report = source_row.event(
            event(
                result='Success',
                details='old',
                finish_time=datetime.datetime(2026, 1, 2),
            ),
            sanitizer,
        )
        again = source_row.again(report, 'old', None)
        self.assertEqual((None, None), (again['start_time'], again['details']))
        self.assertEqual(
            'old', source_row.again(report, 'older', None)['details']
        )
