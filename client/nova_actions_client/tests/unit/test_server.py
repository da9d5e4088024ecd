# SPDX-License-Identifier: Apache-2.0
"""Servers on the command line."""

import uuid

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions_client import server


class TestQuery(base.BaseTestCase):
    @hypothesis.given(strategies.uuids())
    def test_an_id_in_any_form(self, value):
        for name in (str(value), value.hex, str(value).upper()):
            self.assertEqual({'server': str(value)}, server.query(name))

    @hypothesis.given(strategies.text())
    def test_anything_else_is_a_name(self, name):
        query = server.query(name)
        if 'server' in query:
            self.assertEqual(query['server'], str(uuid.UUID(name)))
        else:
            self.assertEqual({'server_name': name}, query)
