# SPDX-License-Identifier: Apache-2.0
import io

from oslotest import base

from nova_actions.cmd import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class ProgressTestCase(base.BaseTestCase):
    def test_a_terminal_sees_how_far_it_is(self):
        out = Terminal()
        with progress.Line('actions', 4, out) as line:
            line.show(1)
            line.show(4)
        bars = out.getvalue().split('\r')
        self.assertIn('1 of 4 actions', bars[1])
        self.assertIn('#' * progress.WIDTH, bars[2])
        self.assertEqual('\x1b[K', bars[-1])

    def test_a_count_without_an_end(self):
        out = Terminal()
        with progress.Line('servers', out=out) as line:
            line.show(1000)
        self.assertIn('1000 servers', out.getvalue())

    def test_a_file_sees_nothing(self):
        out = io.StringIO()
        with progress.Line('actions', 4, out) as line:
            line.show(1)
        self.assertEqual('', out.getvalue())
