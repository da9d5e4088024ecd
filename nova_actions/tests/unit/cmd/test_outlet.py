# SPDX-License-Identifier: Apache-2.0
"""Standard output as a file and as a pipe."""

import os
import sys
import threading
from unittest import mock

import fixtures
from oslotest import base

from nova_actions.cmd import failure
from nova_actions.cmd import outlet


class OutletTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.useFixture(fixtures.TempDir()).join('out')

    def outlet(self, descriptor):
        """Return an outlet whose standard output is a descriptor."""
        with mock.patch.object(outlet.sys, 'stdout', autospec=True) as stdout:
            stdout.fileno.return_value = descriptor
            return outlet.Outlet()

    def written(self, before, *batches):
        """Return what a file holds that held something before."""
        with open(self.path, 'wb') as file:
            file.write(before)
        with open(self.path, 'ab') as file:
            out = self.outlet(file.fileno())
            for batch in batches:
                out.write(batch)
        with open(self.path, 'rb') as file:
            return file.read()

    def test_one_that_is_closed(self):
        with (
            mock.patch.object(sys, 'stdout', None),
            mock.patch.object(sys, 'argv', ['export']),
        ):
            code = failure.explained(lambda _argv: outlet.Outlet())([])
            self.addCleanup(sys.stdout.close)
        self.assertEqual(failure.REFUSED, code)

    def test_a_file(self):
        self.assertEqual(b'', self.written(b''))
        self.assertEqual(b'a\nb\nc\n', self.written(b'', ['a', 'b'], ['c']))
        self.assertEqual(b'x\na\n', self.written(b'x\n', ['a'], []))

    def test_a_line_that_was_cut_short(self):
        self.assertEqual(b'{"x\na\n', self.written(b'{"x', ['a']))

    def pipe(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        return reading, writing

    def test_a_pipe_is_waited_for(self):
        reading, writing = self.pipe()
        self.addCleanup(os.close, reading)
        out = self.outlet(writing)
        taken = []
        reader = threading.Thread(
            target=lambda: taken.append(os.read(reading, 100))
        )
        reader.start()
        out.write(['a', 'b'])
        reader.join()
        self.assertEqual([b'a\nb\n'], taken)

    def test_a_reader_that_has_gone(self):
        reading, writing = self.pipe()
        out = self.outlet(writing)
        thread = threading.Thread(target=os.close, args=(reading,))
        thread.start()
        self.assertRaises(BrokenPipeError, out.write, ['a'])
        thread.join()
