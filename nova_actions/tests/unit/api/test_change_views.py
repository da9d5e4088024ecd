# SPDX-License-Identifier: Apache-2.0
"""A change as a client reads it."""

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import change_schemas
from nova_actions.api import change_views
from nova_actions.api import schemas
from nova_actions.api import search_views
from nova_actions.db.change import kind
from nova_actions.objects.change import Change

ANSWER = jsonschema.Draft202012Validator(change_schemas.answer(schemas.NEWEST))
_names = st.text(min_size=1)
_optional = st.none() | _names
_uuids = st.uuids().map(str)
RECORDS = st.fixed_dictionaries(
    {
        'kind': st.sampled_from(kind.KINDS),
        'happened_at': st.datetimes(),
        'start_time': st.none() | st.datetimes(),
        'outcome': _optional,
        'reason': _optional,
        'project_id': _names,
        'instance_uuid': _uuids,
        'display_name': _optional,
        'action_uuid': _uuids,
        'action': _names,
        'request_id': _optional,
        'global_request_id': _optional,
        'user_id': _optional,
        'event_uuid': st.none() | _uuids,
        'event': _optional,
        'host': _optional,
    }
).map(lambda values: Change(None, **values))


class ChangeViewsTest(base.BaseTestCase):
    @given(RECORDS)
    def test_it_is_as_the_schema_says(self, record):
        view = change_views.change(record)
        ANSWER.validate({'changes': [view], 'cursor': 'abc'})
        self.assertEqual(record.host, view.get('host'))
        self.assertEqual(record.host is not None, 'host' in view)

    @given(RECORDS)
    def test_each_value_has_its_own_name(self, record):
        """Whatever an object has is told once."""
        view = change_views.change(record)
        told = [
            search_views.time(value)
            if name in ('happened_at', 'start_time')
            else value
            for name, value in (
                (name, getattr(record, name)) for name in Change.fields
            )
            if name != 'host'
        ]
        view.pop('host', None)
        self.assertEqual(
            sorted(map(repr, told)), sorted(map(repr, view.values()))
        )
