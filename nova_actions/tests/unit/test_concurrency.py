# SPDX-License-Identifier: Apache-2.0
"""In processes of their own: what is imported stays imported."""

import subprocess
import sys
import textwrap

from oslotest import base


class ThreadsTest(base.BaseTestCase):
    def run_in_a_process(self, code):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', textwrap.dedent(code)],
            capture_output=True,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.split()

    def test_services_run_in_threads_and_nothing_imports_eventlet(self):
        self.assertEqual(
            ['THREADING', 'None'],
            self.run_in_a_process("""
                import sys
                from nova_actions import concurrency
                concurrency.use_threads()
                from oslo_service import backend, service
                import oslo_messaging
                backend.get_backend()
                print(backend.get_backend_type().name)
                print(sys.modules['eventlet'])
            """),
        )

    def test_an_eventlet_that_is_there_stays(self):
        self.assertEqual(
            ['True'],
            self.run_in_a_process("""
                import sys, types
                sys.modules['eventlet'] = there = types.ModuleType('eventlet')
                from nova_actions import concurrency
                concurrency.use_threads()
                print(sys.modules['eventlet'] is there)
            """),
        )
