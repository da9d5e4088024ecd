# SPDX-License-Identifier: Apache-2.0
import datetime

from hypothesis import given
from hypothesis import strategies
from oslo_utils import timeutils
from oslotest import base

from nova_actions.objects import fields

FIELD = fields.MicroDateTimeField(nullable=True)

TIMES = strategies.datetimes(
    min_value=datetime.datetime(1, 1, 2),
    max_value=datetime.datetime(9999, 12, 30),
    timezones=strategies.integers(-14 * 60, 14 * 60).map(
        lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
    ),
)


class MicroDateTimeTest(base.BaseTestCase):
    @given(TIMES)
    def test_the_wire_keeps_a_moment(self, time):
        sent = FIELD.to_primitive(None, 'x', time)
        self.assertTrue(sent.endswith('Z'))
        found = FIELD.from_primitive(None, 'x', sent)
        self.assertEqual(time, found)
        self.assertEqual(datetime.timedelta(0), found.utcoffset())

    @given(TIMES)
    def test_whatever_is_set_is_utc(self, time):
        for value in (time, time.isoformat()):
            found = FIELD.coerce(None, 'x', value)
            self.assertEqual(time, found)
            self.assertIs(datetime.UTC, found.tzinfo)

    @given(TIMES)
    def test_novas_have_whole_seconds(self, time):
        sent = fields.whole_seconds(FIELD.to_primitive(None, 'x', time))
        self.assertEqual(
            timeutils.normalize_time(time).replace(microsecond=0),
            datetime.datetime.strptime(sent, '%Y-%m-%dT%H:%M:%SZ'),
        )
        self.assertEqual(sent, fields.whole_seconds(sent))

    def test_null(self):
        self.assertIsNone(fields.whole_seconds(None))
