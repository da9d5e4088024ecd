# SPDX-License-Identifier: Apache-2.0
"""A statistic as a client reads it."""

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import schemas
from nova_actions.api import stat_schemas
from nova_actions.api import stat_views
from nova_actions.objects import stat_criteria
from nova_actions.objects.stat import Stat

GROUP = jsonschema.Draft202012Validator(
    stat_schemas.answer(schemas.NEWEST)['properties']['stats']['items']
)
_counts = st.integers(0, 9)
_took = st.none() | st.integers(0, 10**9)
GROUPS = st.fixed_dictionaries(
    {
        **{
            name: st.none() | st.text(max_size=5)
            for name in stat_criteria.BY.values()
        },
        **dict.fromkeys(
            ('count', 'succeeded', 'failed', 'retried', 'interrupted', 'open'),
            _counts,
        ),
        'failure_rate': st.none() | st.floats(0, 1),
        **dict.fromkeys(('p50', 'p95', 'p99', 'longest'), _took),
    }
).map(lambda values: Stat(None, **values))
_BY = st.lists(
    st.sampled_from(list(stat_criteria.BY)),
    min_size=1,
    max_size=2,
    unique=True,
)


class StatViewsTest(base.BaseTestCase):
    @given(GROUPS, _BY)
    def test_it_is_as_the_schema_says(self, group, by):
        view = stat_views.stat(group, by)
        GROUP.validate(view)
        # What it is not counted by is not there.
        self.assertEqual({*by}, view.keys() & stat_criteria.BY.keys())
        # What is not known has no name.
        for word in by:
            self.assertNotEqual('', view[word])

    @given(GROUPS)
    def test_durations_are_seconds(self, group):
        view = stat_views.stat(group, ['action'])
        for name, field in stat_views.DURATIONS.items():
            took = getattr(group, field)
            if took is None:
                self.assertIsNone(view[name])
            else:
                self.assertAlmostEqual(took, view[name] * 10**6, places=3)
