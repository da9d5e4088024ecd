# SPDX-License-Identifier: Apache-2.0

import jsonschema
from oslotest import base

from nova_actions.api import app
from nova_actions.api import behaviour
from nova_actions.api import schemas


class SchemasTest(base.BaseTestCase):
    def test_every_route_has_schemas_at_every_change(self):
        for route in app.ROUTES:
            for version in behaviour.CHANGES:
                rules = behaviour.behaviour(version)
                for make in (route.query, route.answer):
                    schema = make(rules)
                    jsonschema.Draft202012Validator.check_schema(schema)
                    self.assertEqual('object', schema['type'])
                    self.assertTrue(make.__doc__)

    def test_everything_is_described(self):
        for table in (
            schemas.ACTION_FIELDS,
            schemas.EVENT_FIELDS,
            schemas.PARAMETERS,
        ):
            for name, schema in table.items():
                self.assertTrue(schema.get('description'), name)

    def test_nothing_is_left_over(self):
        """Each field and parameter is one that some microversion has."""
        rules = schemas.NEWEST
        self.assertEqual(set(rules.action_fields), set(schemas.ACTION_FIELDS))
        self.assertEqual(set(rules.event_fields), set(schemas.EVENT_FIELDS))
        self.assertEqual(set(rules.list_parameters), set(schemas.PARAMETERS))
