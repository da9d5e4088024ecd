# SPDX-License-Identifier: Apache-2.0
"""What the client needs is no part of a service."""

import json
import subprocess
import sys

from oslotest import base

LOADED = """
import importlib, json, pkgutil, sys
import nova_actions_client
for each in pkgutil.walk_packages(
        nova_actions_client.__path__, 'nova_actions_client.'):
    if '.tests' not in each.name:
        importlib.import_module(each.name)
print(json.dumps(sorted(sys.modules)))
"""


class TestDependency(base.BaseTestCase):
    def test_no_database(self):
        done = subprocess.run(
            [sys.executable, '-c', LOADED],
            text=True,
            capture_output=True,
            check=True,
        )
        loaded = set(json.loads(done.stdout))
        self.assertIn('nova_actions_client.command.timeline', loaded)
        self.assertEqual(
            set(),
            loaded
            & {'nova_actions', 'oslo_db', 'sqlalchemy', 'oslo_messaging'},
        )
