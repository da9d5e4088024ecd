# SPDX-License-Identifier: Apache-2.0
"""Rows in a table, and in formats that see to nothing themselves."""

import errno
import io
import os

import fixtures
import hypothesis
from hypothesis import strategies
from osc_lib import exceptions
from oslotest import base
from rich import cells

from nova_actions_client import output
from nova_actions_client import record
from nova_actions_client import row as actions
from nova_actions_client import text
from nova_actions_client.tests.unit import made

TEXTS = strategies.text(max_size=100)


class TestOutput(base.BaseTestCase):
    @hypothesis.given(TEXTS, TEXTS)
    def test_a_table_fits(self, server, reason):
        rows = [
            [
                *map(
                    output.human,
                    actions.wide(
                        made.action(
                            server_name=server,
                            reason=reason,
                            action='live-migration',
                        ),
                        '%H:%M:%S',
                    ),
                )
            ]
        ]
        (row,) = output.fitted(actions.TITLES, rows, 100, 2)
        lines = row[-1].split('\n')
        self.assertLessEqual(
            1
            + 3 * len(row)
            + sum(
                max(map(cells.cell_len, pair))
                for pair in zip(actions.TITLES, row, strict=True)
                if '\n' not in pair[1]
            )
            + (max(map(cells.cell_len, lines)) if len(lines) > 1 else 0),
            # A character of two columns may stand across the edge.
            100 + len(lines[0]),
        )

    @hypothesis.given(
        TEXTS,
        strategies.sampled_from(record.STATUSES),
        strategies.sampled_from(
            [None, 'interrupted', 'host_failed', 'no_valid_host']
        ),
        strategies.sampled_from(
            ['%H:%M:%S', '%m-%d %H:%M:%S', '%Y-%m-%d %H:%M:%S']
        ),
    )
    def test_a_narrow_table_fits_and_breaks_no_word(
        self, server, status, reason, form
    ):
        action = made.action(
            server_name=server,
            action='live-migration',
            status=status,
            duration=613.0,
            reason=reason,
        )
        wide = tuple(map(output.human, actions.wide(action, form)))
        (row,) = output.fitted(
            actions.NARROW_TITLES, [actions.narrow(wide)], 80, 2
        )
        self.assertLessEqual(
            1
            + sum(
                3
                + max(
                    cells.cell_len(line) for line in (title, *cell.split('\n'))
                )
                for title, cell in zip(actions.NARROW_TITLES, row, strict=True)
            ),
            80,
        )
        self.assertEqual('live-migration', row[3])
        words = row[-1].split()
        self.assertIn(
            'retried' if status == record.RETRIED else status, words[0]
        )
        if reason not in (None, status):
            self.assertEqual(reason, words[1])

    @hypothesis.given(
        strategies.lists(
            strategies.tuples(TEXTS, TEXTS).map(
                lambda pair: [*map(output.human, pair)]
            ),
            min_size=1,
        ),
        strategies.integers(20, 120),
    )
    def test_records_fit_and_say_everything(self, rows, width):
        printed = output.records(('ID', 'Name'), rows, width)
        for line in printed.split('\n'):
            self.assertLessEqual(cells.cell_len(line), width)
        parts = printed.removesuffix('\n').split('\n\n')
        self.assertEqual(len(rows), len(parts))
        for part, row in zip(parts, rows, strict=True):
            self.assertEqual(
                ''.join(f'ID{row[0]}Name{row[1]}'.split()),
                ''.join(part.split()),
            )

    @hypothesis.given(TEXTS)
    def test_csv_computes_nothing(self, value):
        row = actions.long(made.action(server_name=value, reason=value))
        for cell in output.safe(row, 'csv'):
            if isinstance(cell, str):
                self.assertFalse(cell.startswith(text.FORMULA))
                self.assertTrue(cell.isprintable())

    def test_json_has_everything(self):
        row = actions.wide(made.action(server_name=made.HOSTILE), '%H')
        self.assertEqual(
            made.HOSTILE, output.safe(row, 'json')[2].machine_readable()
        )


class Broken(io.StringIO):
    """A stream whose flushing fails."""

    def __init__(self, error):
        super().__init__()
        self._error = error

    def flush(self):
        raise self._error


class TestStreams(base.BaseTestCase):
    def test_a_closed_standard_output_takes_everything(self):
        with output.opened(None) as stream:
            stream.write('\udcff é')
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', None))
        self.useFixture(fixtures.EnvironmentVariable('COLUMNS'))
        self.assertIsNone(output.screen())

    def test_a_note_never_goes_to_standard_output(self):
        out = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', out))
        for stream in (None, Broken(OSError(errno.ENOSPC, 'full'))):
            with fixtures.MonkeyPatch('sys.stderr', stream):
                output.note('1 shown')
        self.assertEqual('', out.getvalue())

    def test_what_cannot_be_printed(self):
        def print_to(error):
            with output.printing(Broken(error)):
                pass

        said = self.assertRaises(
            exceptions.CommandError, print_to, OSError(errno.ENOSPC, 'full')
        )
        self.assertEqual('standard output: full', str(said))
        for error in (
            BrokenPipeError(errno.EPIPE, 'x'),
            FileNotFoundError(errno.ENOENT, 'x', 'ca.pem'),
            OSError('no certificates'),
        ):
            self.assertRaises(type(error), print_to, error)

    def test_python_does_not_fail_once_more_at_its_end(self):
        def print_some(stream):
            with output.printing(stream):
                stream.write('x')

        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, 'w', encoding='utf-8') as stream:
            self.assertRaises(BrokenPipeError, print_some, stream)
            stream.flush()
