# SPDX-License-Identifier: Apache-2.0
import datetime
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions import exception
from nova_actions import validation
from nova_actions.objects import gate

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)


class TestChecks(base.BaseTestCase):
    @given(st.sampled_from(sorted(gate.CHECKS)), ANYTHING)
    def test_nothing_but_invalid_comes_out(self, name, value):
        try:
            gate.CHECKS[name](name, value)
        except exception.InvalidInput as error:
            self.assertIn(
                error.kwargs['argument'],
                (name, 'changes-since', 'changes-before'),
            )

    @given(st.uuids())
    def test_uuid(self, value):
        self.assertEqual(str(value), validation.uuid('uuid', str(value)))

    @given(st.text(min_size=1))
    def test_name_has_no_control_characters(self, value):
        try:
            name = validation.name('host', value)
        except exception.InvalidInput:
            return
        self.assertTrue(0 < len(name) <= 255)
        self.assertNotRegex(name, '[\x00-\x1f\x7f\ud800-\udfff]')
        name.encode()

    def test_request_id(self):
        for value in (f'req-{uuid.uuid4()}', 'x', '~' * 255):
            self.assertEqual(value, validation.request_id('r', value))

    def test_duration(self):
        for value in (0, 2**63 - 1):
            self.assertEqual(value, validation.duration('d', value))
        for value in (-1, 2**63, 1.5, '1', True, None):
            self.assertRaises(
                exception.InvalidInput, validation.duration, 'd', value
            )

    def test_time_is_naive_utc(self):
        at = datetime.datetime(2026, 1, 5, 13, 38, 20)
        for value in (
            '2026-01-05T13:38:20',
            '2026-01-05T13:38:20Z',
            '2026-01-05T14:38:20+01:00',
            at,
            at.replace(tzinfo=datetime.UTC),
        ):
            self.assertEqual(at, validation.time('t', value))

    def test_filters_take_what_they_know(self):
        self.assertEqual(
            {},
            validation.filters(
                'filters', {'limit': '5', 'changes-since': None}
            ),
        )
