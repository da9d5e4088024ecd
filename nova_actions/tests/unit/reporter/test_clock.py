# SPDX-License-Identifier: Apache-2.0
"""What the monotonic clock counts from."""

import subprocess
import sys
from unittest import mock

from oslotest import base

from nova_actions.reporter import clock


class TestOrigin(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        clock.origin.cache_clear()
        self.addCleanup(clock.origin.cache_clear)

    def test_processes_of_one_boot_have_the_same(self):
        other = subprocess.run(
            [
                sys.executable,
                '-c',
                'from nova_actions.reporter import clock;'
                'print(clock.origin())',
            ],
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        self.assertEqual(clock.origin(), other.strip())

    def test_system_without_one(self):
        with mock.patch(
            'builtins.open', autospec=True, side_effect=FileNotFoundError
        ):
            self.assertEqual('', clock.origin())
