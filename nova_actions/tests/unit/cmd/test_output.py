# SPDX-License-Identifier: Apache-2.0
"""What a command prints, for programs and for people."""

import contextlib
import datetime
import io
import json
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.cmd import output

_ZONES = st.integers(-12, 14).map(
    lambda hours: datetime.timezone(datetime.timedelta(hours=hours))
)
_TIMES = st.datetimes(
    datetime.datetime(1990, 1, 1),
    datetime.datetime(2100, 1, 1),
    timezones=_ZONES,
)


def shown(form, data, text=str):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        output.show(form, data, text)
    return out.getvalue()


class OutputTest(base.BaseTestCase):
    @given(_TIMES)
    def test_times_in_json(self, at):
        """The same moment, in UTC, whatever the zone of the data."""
        found = json.loads(shown('json', [at]))[0]
        self.assertTrue(found.endswith('+00:00'), found)
        self.assertEqual(at, datetime.datetime.fromisoformat(found))

    def test_other_values_in_json(self):
        value = uuid.uuid4()
        self.assertEqual(
            {'id': str(value), 'count': 1},
            json.loads(shown('json', {'id': value, 'count': 1})),
        )

    def test_a_table(self):
        self.assertEqual(
            '3 rows\n',
            shown('table', [1, 2, 3], lambda data: f'{len(data)} rows'),
        )
