# SPDX-License-Identifier: Apache-2.0
"""What a search finds, as a client reads it."""

import datetime

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api import search_views
from nova_actions.db import status
from nova_actions.objects.action_detail import ActionDetail
from nova_actions.objects.action_summary import ActionSummary
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList

ANSWER = jsonschema.Draft202012Validator(
    search_schemas.show_answer(schemas.NEWEST)
)
START = datetime.datetime(2026, 1, 5)

_names = st.text(min_size=1, max_size=9)
_optional = st.none() | _names
#: Few times, in any order: clocks of several hosts.
_times = st.integers(0, 9).map(
    lambda at: START + datetime.timedelta(seconds=at)
)
SUMMARIES = st.fixed_dictionaries(
    {
        'uuid': st.uuids().map(str),
        'instance_uuid': st.uuids().map(str),
        'server_name': _optional,
        'action': _names,
        'status': st.sampled_from(status.STATUSES),
        'request_id': _optional,
        'global_request_id': _optional,
        'user_id': _optional,
        'user_name': _optional,
        'owner_id': _optional,
        'start_time': st.none() | _times,
        'finish_time': st.none() | _times,
        'updated_at': st.none() | _times,
        'reason': _optional,
        'attempts': st.integers(0, 9),
        'hosts': st.none() | st.lists(_names, max_size=2),
    }
).map(lambda values: ActionSummary(None, **values))
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            'uuid': st.uuids().map(str),
            'event': st.sampled_from(['one', 'two']),
            'start_time': st.none() | _times,
            'finish_time': st.none() | _times,
            'duration': st.none() | st.integers(0, 10**9),
            'result': st.sampled_from([None, 'Success', 'Error']),
            'reason': _optional,
            'host': _optional,
            'error_type': _optional,
            'details': _optional,
            'traceback': _optional,
        }
    ).map(lambda values: InstanceActionEvent(None, **values)),
    max_size=6,
)


def detail(summary, events, **values):
    return ActionDetail(
        None,
        summary=summary,
        events=InstanceActionEventList(objects=events),
        **{
            'has_more_events': False,
            'attempts_before': {},
            'ended_before': None,
            'usual_p50': None,
            'usual_p95': None,
            'usual_count': None,
            'alike_count': None,
            'alike_hosts': None,
            **values,
        },
    )


class TimeTest(base.BaseTestCase):
    @given(st.datetimes())
    def test_times(self, at):
        """They can be read back, and have one length."""
        found = search_views.time(at)
        self.assertEqual(
            at.replace(tzinfo=datetime.UTC),
            datetime.datetime.fromisoformat(found),
        )
        self.assertEqual(27, len(found))

    @given(st.none() | st.datetimes(), st.none() | st.datetimes())
    def test_seconds(self, start, end):
        """A clock that was set back counts as no time."""
        found = search_views.seconds(start, end)
        if start is None or end is None:
            self.assertIsNone(found)
        elif end <= start:
            self.assertEqual(0, found)
        else:
            self.assertEqual((end - start).total_seconds(), found)


class DetailTest(base.BaseTestCase):
    @given(SUMMARIES, EVENTS)
    def test_it_is_as_the_schema_says(self, summary, events):
        ANSWER.validate(
            {
                'action': search_views.detail(detail(summary, events)),
                'links': [],
            }
        )

    @given(SUMMARIES, EVENTS, st.integers(0, 6))
    def test_pages_go_on_with_each_other(self, summary, events, at):
        """Attempts and gaps are as if there were one page."""
        whole = search_views.detail(detail(summary, events))['events']
        first, second = events[:at], events[at:]
        before = {}
        for each in first:
            before[each.event] = before.get(each.event, 0) + 1
        ended = max(
            (each.finish_time for each in first if each.finish_time),
            default=None,
        )
        self.assertEqual(
            whole,
            search_views.detail(detail(summary, first))['events']
            + search_views.detail(
                detail(
                    summary,
                    second,
                    attempts_before=before,
                    ended_before=ended,
                )
            )['events'],
        )
        for place, each in enumerate(events):
            # From the last end before it, whichever step that was.
            ended = max(
                (
                    other.finish_time
                    for other in events[:place]
                    if other.finish_time
                ),
                default=None,
            )
            self.assertEqual(
                search_views.seconds(ended, each.start_time),
                whole[place]['gap'],
            )
        for name in ('one', 'two'):
            attempts = [
                each['attempt'] for each in whole if each['event'] == name
            ]
            self.assertEqual(list(range(1, len(attempts) + 1)), attempts)

    @given(SUMMARIES, EVENTS)
    def test_what_is_withheld_is_not_there(self, summary, events):
        view = search_views.detail(detail(summary, events))
        self.assertEqual(summary.hosts is not None, 'hosts' in view)
        for event, told in zip(events, view['events'], strict=True):
            for name in ('host', 'error_type', 'details', 'traceback'):
                self.assertEqual(
                    getattr(event, name) is not None, name in told
                )
            self.assertEqual('details' in told, 'causes' in told)

    @given(SUMMARIES)
    def test_what_is_usual(self, summary):
        """In seconds."""
        view = search_views.detail(
            detail(
                summary,
                [],
                usual_p50=1_500_000,
                usual_p95=2_000_000,
                usual_count=3,
                alike_count=2,
                alike_hosts={'cmp-1': 2},
            )
        )
        self.assertEqual({'p50': 1.5, 'p95': 2, 'count': 3}, view['usual'])
        self.assertEqual({'cmp-1': 2}, view['alike']['hosts'])
        ANSWER.validate({'action': view, 'links': []})
