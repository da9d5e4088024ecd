# SPDX-License-Identifier: Apache-2.0
"""The schema of /v1/changes describes what is answered, and no more."""

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.api import change_schemas
from nova_actions.api import schemas
from nova_actions.tests.unit.export import changes

ANSWER = jsonschema.Draft202012Validator(change_schemas.answer(schemas.NEWEST))
#: Without what an export adds.
CHANGES = changes.CHANGES.map(
    lambda change: {
        name: value
        for name, value in change.items()
        if name not in ('id', 'cursor')
    }
)


def answer(*told):
    return {'changes': list(told), 'cursor': 'abc'}


class ChangeSchemasTest(base.BaseTestCase):
    @given(CHANGES)
    def test_changes(self, change):
        ANSWER.validate(answer(change))

    @given(CHANGES, st.data())
    def test_only_the_host_may_be_left_out(self, change, data):
        name = data.draw(st.sampled_from(sorted(change)))
        del change[name]
        self.assertEqual(name == 'host', ANSWER.is_valid(answer(change)))

    @given(CHANGES)
    def test_nothing_may_be_added(self, change):
        self.assertFalse(ANSWER.is_valid(answer({**change, 'x': None})))
