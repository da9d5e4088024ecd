# SPDX-License-Identifier: Apache-2.0
"""The application is built once. It is imported in functional tests only:
importing it chooses threads for the process."""

import subprocess
import sys
import textwrap

from oslotest import base

CODE = textwrap.dedent("""
    import threading
    from nova_actions.wsgi import api

    built = []
    started = threading.Barrier(8)

    def build():
        built.append(None)
        return lambda environ, _start: [environ]

    api._build = build
    answers = []

    def ask(number):
        started.wait()
        answers.extend(api.application(number, None))

    threads = [
        threading.Thread(target=ask, args=(number,)) for number in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(len(built), sorted(answers))
""")


class ApplicationTest(base.BaseTestCase):
    def test_the_first_request_builds_it(self):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', CODE],
            capture_output=True,
            text=True,
        )
        self.assertEqual(f'1 {list(range(8))}\n', done.stdout, done.stderr)
