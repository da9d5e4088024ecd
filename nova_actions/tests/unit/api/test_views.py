# SPDX-License-Identifier: Apache-2.0
import datetime
import json
from unittest import mock

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions.api import schemas
from nova_actions.api import views
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event

VALUES = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**63), 2**63)
    | strategies.floats(allow_nan=False)
    | strategies.text()
    | strategies.lists(strategies.text(), max_size=3)
)
VIEWS = strategies.lists(
    strategies.dictionaries(
        strategies.text('abc_', min_size=1, max_size=20), VALUES, max_size=5
    ),
    max_size=8,
)
ACTION = tuple(schemas.ACTION_FIELDS)
EVENT = tuple(schemas.EVENT_FIELDS)


class BoundedTest(base.BaseTestCase):
    @given(VIEWS)
    def test_an_estimate_is_never_too_low(self, found):
        for view in found:
            self.assertLessEqual(len(json.dumps(view)), views._most(view))

    @given(VIEWS, strategies.integers(0, 2000))
    def test_as_many_as_fit(self, found, size):
        with mock.patch.object(views, 'MAX_BYTES', size):
            taken = views.bounded(iter(found))
        self.assertEqual(found[: len(taken)], taken)
        sizes = [len(json.dumps(view)) + len(', ') for view in found]
        self.assertLessEqual(sum(sizes[: len(taken)]), size + len(', '))
        if len(taken) < len(found):
            self.assertGreater(sum(sizes[: len(taken) + 1]), size)

    @given(strategies.integers(0, 2 * views.MAX_BYTES // views.ACTION_BYTES))
    def test_actions_need_not_be_measured(self, count):
        view = dict.fromkeys(ACTION, '\U0001f600' * 255)
        self.assertLessEqual(views._most(view), views.ACTION_BYTES)
        few = [view] * count
        with mock.patch.object(
            views, '_most', autospec=True, return_value=0
        ) as measured:
            self.assertEqual(few, views.bounded(few, views.ACTION_BYTES))
        self.assertEqual(
            count * views.ACTION_BYTES > views.MAX_BYTES, measured.called
        )


class RecordTest(base.BaseTestCase):
    @given(
        strategies.datetimes(
            min_value=datetime.datetime(1970, 1, 1),
            timezones=strategies.just(datetime.UTC),
        ),
        strategies.text(),
    )
    def test_an_action_fits_its_schema(self, time, text):
        record = instance_action.InstanceAction(
            **dict.fromkeys(ACTION, text)
            | {'start_time': time, 'updated_at': None}
        )
        view = views.action(record, ACTION)
        self.assertEqual(list(ACTION), list(view))
        self.assertEqual(text, view['message'])
        self.assertIsNone(view['updated_at'])
        self.assertRegex(view['start_time'], schemas._TIME_PATTERN)
        self.assertEqual(
            time.replace(tzinfo=None),
            datetime.datetime.fromisoformat(view['start_time']),
        )

    def event(self, host):
        record = instance_action_event.InstanceActionEvent(
            **dict.fromkeys(set(EVENT) - {'hostId'})
        )
        record._host = host
        return record

    def test_an_event_has_the_fields_in_their_order(self):
        for count in range(len(EVENT) + 1):
            for fields in (EVENT[:count], EVENT[::-1][:count]):
                view = views.event(self.event('host'), fields, 'project')
                self.assertEqual(list(fields), list(view))

    def test_hosts_are_distinguishable_only_within_a_project(self):
        hashes = [
            views.event(self.event(host), ['hostId'], project)['hostId']
            for host in ('one', 'two')
            for project in ('here', 'there', None)
        ]
        self.assertEqual(6, len(set(hashes)))
        self.assertEqual(
            {'hostId': ''}, views.event(self.event(None), ['hostId'], 'here')
        )
