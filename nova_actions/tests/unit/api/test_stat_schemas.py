# SPDX-License-Identifier: Apache-2.0
"""The schemas of /v1/stats allow what is meant, and nothing else."""

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api import stat_schemas
from nova_actions.api import stat_views
from nova_actions.objects import stat_criteria

QUERY = jsonschema.Draft202012Validator(stat_schemas.query(schemas.NEWEST))
GROUP = jsonschema.Draft202012Validator(
    stat_schemas.answer(schemas.NEWEST)['properties']['stats']['items']
)
COUNTS = {
    **dict.fromkeys(
        ('count', 'succeeded', 'failed', 'retried', 'interrupted', 'open'), 0
    ),
    **dict.fromkeys(('failure_rate', *stat_views.DURATIONS), None),
}
BY = st.sampled_from(sorted(stat_criteria.BY))


class StatSchemasTest(base.BaseTestCase):
    @given(st.lists(BY, min_size=1, max_size=2))
    def test_it_is_counted_by_one_or_two(self, names):
        self.assertTrue(QUERY.is_valid({'by': names}))

    def test_by_what_there_is_not(self):
        self.assertFalse(QUERY.is_valid({'by': ['colour']}))

    @given(st.sampled_from(sorted(search_schemas.PARAMETERS)))
    def test_it_is_asked_as_a_search_is_but_for_pages(self, name):
        self.assertEqual(name != 'cursor', name in stat_schemas.PARAMETERS)

    @given(st.sampled_from(sorted(stat_criteria.SORTS)))
    def test_the_orders_are_its_own(self, name):
        for value in (name, f'{name}:asc', f'{name}:desc'):
            self.assertTrue(QUERY.is_valid({'sort': [value]}))
        self.assertFalse(QUERY.is_valid({'sort': [f'{name}:up']}))

    @given(st.sets(BY))
    def test_a_group_has_what_it_is_counted_by(self, names):
        GROUP.validate({**COUNTS, **dict.fromkeys(names, 'x')})

    @given(st.sampled_from(sorted(COUNTS)))
    def test_a_group_has_every_number(self, name):
        left = {key: value for key, value in COUNTS.items() if key != name}
        self.assertFalse(GROUP.is_valid(left))

    @given(st.floats(-2, 2))
    def test_a_rate_is_a_part_of_one(self, rate):
        self.assertEqual(
            0 <= rate <= 1, GROUP.is_valid({**COUNTS, 'failure_rate': rate})
        )

    def test_everything_is_described(self):
        for name, schema in (
            *stat_schemas.PARAMETERS.items(),
            *GROUP.schema['properties'].items(),
        ):
            self.assertTrue(schema.get('description'), name)
