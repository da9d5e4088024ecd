# SPDX-License-Identifier: Apache-2.0
"""A drawing as an HTML page."""

import fixtures
from osc_lib import exceptions
from oslotest import base

from nova_actions_client import drawing
from nova_actions_client import page
from nova_actions_client.tests.unit import made


class TestPage(base.BaseTestCase):
    def test_it_runs_and_loads_nothing(self):
        out = made.screen(
            record=True, color_system='standard', force_terminal=True
        )
        steps = made.retried(details=made.HOSTILE)
        steps.append(made.step(made.HOSTILE, 140, host=made.HOSTILE))
        for line in drawing.lines(steps, 80, drawing.UNICODE, made.BEGIN):
            out.print(line)
        out.print('<script>alert(1)</script>')
        written = page.render(out, made.HOSTILE)
        self.assertNotIn('<script', written)
        self.assertNotIn('style="', written)
        self.assertIn('&lt;script&gt;', written)
        self.assertIn("default-src 'none'; style-src 'sha256-", written)
        self.assertEqual(1, written.count('<style>'))
        self.assertNotRegex(written, 'https?:|src=|href=')

    def test_a_file_that_cannot_be_written_is_named(self):
        out = made.screen(record=True)
        folder = self.useFixture(fixtures.TempDir()).path
        for path in ('', '/', '/dev/full', f'{folder}/missing/\x1b[2J'):
            refusal = self.assertRaises(
                exceptions.CommandError, page.write, path, out, 'x'
            )
            self.assertTrue(str(refusal).startswith(f'--html {path!r}: '))
            self.assertTrue(str(refusal).isprintable())
