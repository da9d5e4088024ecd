# SPDX-License-Identifier: Apache-2.0
"""Flat objects are oslo's in all that can be seen of them."""

import datetime

from hypothesis import given
from hypothesis import strategies as st
from oslo_versionedobjects import base as ovo
from oslotest import base

from nova_actions import exception
from nova_actions.objects import base as objects_base
from nova_actions.objects import report

_TEXTS = (
    'kind',
    'uuid',
    'instance_uuid',
    'name',
    'host',
    'request_id',
    'details',
    'reason',
)
_TIMES = ('start_time', 'finish_time')

_texts = st.none() | st.text(max_size=20)
_times = (
    st.none()
    | st.datetimes().map(lambda time: time.isoformat(timespec='microseconds'))
    | st.datetimes(timezones=st.just(datetime.UTC)).map(
        lambda time: time.isoformat().replace('+00:00', 'Z')
    )
)
_anything = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | (st.text(max_size=30))
    | st.lists(st.integers(), max_size=2)
)
_good = st.fixed_dictionaries(
    dict.fromkeys(_TEXTS[:4], st.text(max_size=20)),
    optional={
        **dict.fromkeys(_TEXTS[4:], _texts),
        **dict.fromkeys(_TIMES, _times),
        'duration': st.none() | st.integers(),
    },
)


def by_oslo(values):
    return report.Report(**values)


class TestFlat(base.BaseTestCase):
    def same(self, expected, found):
        for name in report.Report.fields:
            self.assertEqual(
                getattr(expected, name) if name in expected else None,
                getattr(found, name) if name in found else None,
            )

    @given(_good)
    def test_it_is_built_as_oslo_does(self, values):
        self.same(by_oslo(values), report.Report.of(values))

    @given(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(report.Report.fields, _anything)
        )
    )
    def test_what_oslo_refuses_is_refused(self, values):
        try:
            expected = by_oslo(values)
        except (ArithmeticError, TypeError, ValueError) as error:
            self.assertRaises(type(error), report.Report.of, values)
        else:
            self.same(expected, report.Report.of(values))

    @given(_good)
    def test_it_arrives_as_it_was(self, values):
        sent = report.Report.of(values)
        primitive = sent.obj_to_primitive()
        self.same(
            sent, objects_base.ActionsObject.obj_from_primitive(primitive)
        )

    @given(_good)
    def test_either_end_may_be_of_the_first_release(self, values):
        ours = report.Report.of(values)
        read = ovo.VersionedObject._obj_from_primitive.__func__(
            report.Report, None, '1.0', ours.obj_to_primitive()
        )
        self.same(ours, read)
        primitive = objects_base.ActionsObject.obj_to_primitive(
            by_oslo(values)
        )
        self.same(
            ours, objects_base.ActionsObject.obj_from_primitive(primitive)
        )

    @given(
        st.dictionaries(
            st.sampled_from(sorted(report.Report.fields)), _anything
        )
    )
    def test_what_is_not_one_is_a_clear_error(self, data):
        primitive = {
            **report.Report().obj_to_primitive(),
            'nova_object.data': data,
        }
        try:
            found = objects_base.ActionsObject.obj_from_primitive(primitive)
        except exception.InvalidInput:
            self.assertRaises(
                (ArithmeticError, TypeError, ValueError), by_oslo, data
            )
        else:
            self.same(by_oslo(data), found)
