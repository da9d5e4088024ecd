# SPDX-License-Identifier: Apache-2.0
"""Connections to a cell."""

import os

import fixtures as base_fixtures
import sqlalchemy as sa
from oslotest import base as oslotest_base

from nova_actions.cells import engine


class EngineTest(oslotest_base.BaseTestCase):
    def test_a_missing_file_is_not_made(self):
        folder = self.useFixture(base_fixtures.TempDir()).path
        path = os.path.join(folder, 'a #%?b')
        tested = engine.create(
            sa.URL.create('sqlite', database=path).render_as_string(), 1
        )
        self.assertRaises(sa.exc.OperationalError, tested.connect)
        self.assertEqual([], os.listdir(folder))
