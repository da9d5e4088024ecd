# SPDX-License-Identifier: Apache-2.0
"""The schemas of /v1/actions allow what is meant, and nothing else."""

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.db import status
from nova_actions.objects import criteria

QUERY = jsonschema.Draft202012Validator(
    search_schemas.list_query(schemas.NEWEST)
)
PARAMETERS = st.sampled_from(sorted(search_schemas.PARAMETERS))
#: Of those with a list of values, one that is allowed.
VALUES = {'limit': '5'}


def value_of(name):
    schema = search_schemas.PARAMETERS[name]
    return VALUES.get(name, schema.get('enum', ['x'])[-1])


class SearchSchemasTest(base.BaseTestCase):
    @given(PARAMETERS)
    def test_each_parameter_alone(self, name):
        self.assertTrue(QUERY.is_valid({name: [value_of(name)]}))

    @given(PARAMETERS)
    def test_only_status_may_be_given_twice(self, name):
        self.assertEqual(
            name == 'status', QUERY.is_valid({name: [value_of(name)] * 2})
        )

    @given(PARAMETERS, st.text('xyz', min_size=1))
    def test_a_value_that_is_none_of_a_list(self, name, value):
        is_free = 'enum' not in search_schemas.PARAMETERS[name] and (
            name != 'limit'
        )
        self.assertEqual(is_free, QUERY.is_valid({name: [value]}))

    def test_an_unknown_parameter(self):
        self.assertFalse(QUERY.is_valid({'serverr': ['x']}))
        self.assertFalse(
            jsonschema.Draft202012Validator(
                search_schemas.show_query(schemas.NEWEST)
            ).is_valid({'server': ['x']})
        )

    def test_the_values_are_those_of_the_search(self):
        for name, values in (
            ('status', status.STATUSES),
            ('sort', [f'{name}:asc' for name in criteria.SORTS]),
        ):
            for value in values:
                self.assertTrue(QUERY.is_valid({name: [value]}), value)

    def test_everything_is_described(self):
        for table in (
            search_schemas.PARAMETERS,
            search_schemas.SUMMARY_FIELDS,
            search_schemas.STEP_FIELDS,
        ):
            for name, schema in table.items():
                self.assertTrue(schema.get('description'), name)

    def test_what_a_policy_withholds_may_be_left_out(self):
        answer = search_schemas.show_answer(schemas.NEWEST)
        action = answer['properties']['action']
        step = action['properties']['events']['items']
        for schema, optional in (
            (action, {'hosts'}),
            (
                step,
                {'host', 'error_type', 'details', 'causes', 'traceback'},
            ),
            (search_schemas.COMPLETENESS, {'silent_cells', 'silent_hosts'}),
        ):
            self.assertEqual(
                optional,
                schema['properties'].keys() - set(schema['required']),
            )
