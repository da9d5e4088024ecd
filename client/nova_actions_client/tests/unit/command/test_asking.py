# SPDX-License-Identifier: Apache-2.0
"""What the commands have in common."""

import argparse
import io
from unittest import mock

import fixtures
from oslotest import base

from nova_actions_client import column
from nova_actions_client import http
from nova_actions_client import outcome
from nova_actions_client.command import asking
from nova_actions_client.tests.unit import made

TITLES = ['ID', 'Server Name', 'Why']


class App:
    """A shell that prints to memory."""

    def __init__(self):
        self.stdout = io.StringIO()


class Table(asking.Listing):
    """A table whose rows a test sets."""

    rows = ()
    error = None

    def take_action(self, args):
        if self.error is not None:
            raise self.error
        return TITLES, self.rows


class TestListing(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.notes = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_actions_client.output.note', self.notes.append
            )
        )

    def run_table(self, rows, *words, width=80, error=None):
        with fixtures.EnvironmentVariable('COLUMNS', str(width)):
            command = Table(App(), None)
            command.rows, command.error = rows, error
            parser = command.get_parser('x')
            code = command.run(parser.parse_args(words))
        return code, command.app.stdout.getvalue()

    def test_a_closed_standard_output(self):
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', None))
        for words in ((), ('--print-empty',), ('-f', 'csv'), ('-c', 'ID')):
            code, _shown = self.run_table([self.row('web')], *words)
            self.assertEqual(0, code)
            self.assertEqual([], self.notes)

    def test_nothing_found(self):
        """A person is told where it was looked for."""
        command = Table(App(), None)
        nova = mock.Mock(missing='No log here')
        log = mock.Mock(missing=None)
        usual = {
            'formatter': 'table',
            'columns': [],
            'all_projects': False,
            'project': None,
        }
        for asked, values in (
            (log, {}),
            (log, {'all_projects': True}),
            (log, {'project': 'x'}),
            (nova, {}),
            (log, {'formatter': 'json'}),
        ):
            args = argparse.Namespace(**{**usual, **values})
            command.say_nothing(args, asked, 'steps')
        self.assertEqual(
            ['No steps found in your project', *['No steps found'] * 3],
            self.notes,
        )

    def row(self, value):
        return [column.Text('1'), column.Text(value), column.Text('why')]

    def test_a_table(self):
        code, shown = self.run_table([self.row('web')])
        self.assertEqual(0, code)
        self.assertIn('| web ', shown)

    def test_a_table_that_is_too_wide_is_printed_line_by_line(self):
        code, shown = self.run_table([self.row('x' * 90), self.row('web')])
        self.assertEqual(0, code)
        self.assertEqual(
            ['ID', 'Server', 'Why', 'ID', 'Server', 'Why'],
            [
                line.split()[0]
                for line in shown.splitlines()
                if line.strip() and line[0] != ' '
            ],
        )

    def test_a_cell_with_a_line_of_its_own_is_not_cut(self):
        with fixtures.MonkeyPatch(
            'nova_actions_client.tests.unit.command.test_asking.Table.fit',
            lambda _self, titles, rows, width: (titles, [['x' * 50] * 3]),
        ):
            _code, shown = self.run_table([self.row('web-server-1')], width=40)
        self.assertIn('web-server-1', shown)

    def test_sorted_by_a_column(self):
        rows = [
            [number, column.Took(took), 'why']
            for number, took in enumerate((100.0, None, 20.0))
        ]
        for words, numbers in (
            ((), '012'),
            (('--sort-column', 'server_name'), '201'),
            (('--sort-column', 'Why', '--sort-column', 'ID'), '012'),
            (('--sort-column', 'ID', '--sort-descending'), '210'),
        ):
            for form in ('table', 'value'):
                _code, shown = self.run_table(rows, '-f', form, *words)
                self.assertEqual(
                    numbers,
                    ''.join(
                        line.strip('| ')[0]
                        for line in shown.splitlines()
                        if 'why' in line
                    ),
                )

    def test_what_cannot_be_sorted(self):
        rows = [['1', [0.5], 'why'], ['2', [None], 'why']]
        for name in ('Nope', 'Server Name'):
            code, shown = self.run_table(rows, '--sort-column', name)
            self.assertEqual((outcome.USAGE, ''), (code, shown))
            self.assertIn('argument --sort-column', self.notes[-1])
            self.assertIn(repr(name), self.notes[-1])

    def test_formats_are_never_changed(self):
        for words in (
            ('-f', 'csv'),
            ('-f', 'value'),
            ('-f', 'json'),
            ('-c', 'Server Name'),
        ):
            _code, shown = self.run_table(
                [self.row('x' * 200)], *words, width=40
            )
            if words[0] == '-f':
                self.assertIn('x' * 200, shown)
            self.assertFalse(shown.startswith('ID '))

    def test_csv_is_safe(self):
        _code, shown = self.run_table([self.row(made.HOSTILE)], '-f', 'csv')
        self.assertNotIn('\x1b', shown)

    def test_an_unknown_column_is_named(self):
        for words in (('-c', 'Nope'), ('-c', 'ID', '-c', 'Nope')):
            code, shown = self.run_table([self.row('web')], *words)
            self.assertEqual((outcome.USAGE, ''), (code, shown))
            self.assertIn("'Nope'", self.notes[-1])
        code, _shown = self.run_table([self.row('web')], '-c', 'server_name')
        self.assertEqual(0, code)

    def test_errors(self):
        for error in (
            http.Refused('Invalid input for user_id: long', 400, None),
            argparse.ArgumentTypeError('argument --user: long'),
        ):
            code, _shown = self.run_table([], error=error)
            self.assertEqual(outcome.USAGE, code)
            self.assertIn('argument --user: long', self.notes[-1])
        self.assertRaises(
            http.Refused,
            self.run_table,
            [],
            error=http.Refused('no', 403, None),
        )

    def test_an_address(self):
        for value in ('x', 'ftp://x', 'http://', 'http://[', ''):
            self.assertRaises(argparse.ArgumentTypeError, asking._url, value)
        self.assertEqual('https://x/v1', asking._url('https://x/v1'))
