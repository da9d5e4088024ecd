# SPDX-License-Identifier: Apache-2.0
"""Cells: how they are configured."""

import logging
import os
import uuid

import fixtures as base_fixtures
from oslotest import base as oslotest_base

from nova_actions import conf as conf_module
from nova_actions import exception
from nova_actions.cells import registry
from nova_actions.conf import cell_options


class ConfigurationTest(oslotest_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(base_fixtures.TempDir()).path
        self.useFixture(
            base_fixtures.MonkeyPatch('nova_actions.cells.registry._cells', {})
        )
        self.log = self.useFixture(
            base_fixtures.FakeLogger(level=logging.DEBUG)
        )

    def attach(self, text):
        path = os.path.join(self.folder, 'test.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        conf = conf_module.load([], default_config_files=[path])
        registry.setup(cell_options.cells(conf), conf.api.cell_timeout)
        return conf

    def test_each_section_is_a_cell(self):
        conf = self.attach(
            '[cell:cell0]\nconnection = sqlite:////x/0\n'
            '[cell:cell1]\nconnection = sqlite:////x/1\n'
            '[api]\ncell_timeout = 2\n'
        )
        self.assertEqual(['cell0', 'cell1'], list(registry.cells()))
        self.assertEqual(2, registry.get('cell1').timeout)
        self.assertEqual('sqlite:////x/1', conf['cell:cell1'].connection)
        self.assertRaises(exception.CellNotFound, registry.get, 'cell2')

    def test_the_samples_section_is_none(self):
        self.attach('[cell:name]\n')
        self.assertEqual({}, registry.cells())

    def test_sections_that_cannot_be_used(self):
        for name, rest, text in (
            ('x', '', 'connection is not set'),
            ('x', 'conection = sqlite:///x', 'connection is not set'),
            ('x', 'connection = x', 'not an SQLAlchemy URL'),
            ('x', 'connection = sqlite://', 'a file of SQLite'),
            ('x', 'connection = sqlite:///:memory:', 'a file of SQLite'),
            ('x', 'connection = nosuch://x', 'does not know'),
            ('a b', 'connection = sqlite:///x', 'name of a cell'),
            ('', 'connection = sqlite:///x', 'name of a cell'),
            ('a:1', 'connection = sqlite:///x', 'name of a cell'),
        ):
            error = self.assertRaises(
                exception.InvalidInput, self.attach, f'[cell:{name}]\n{rest}\n'
            )
            self.assertIn(text, str(error))
            self.assertIn(f'[cell:{name}]', str(error))

    def test_names_whose_ids_would_be_the_same(self):
        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.cells.ids.tag', lambda _name: 1
            )
        )
        error = self.assertRaises(
            exception.InvalidInput,
            self.attach,
            '[cell:a]\nconnection = sqlite:///x\n'
            '[cell:b]\nconnection = sqlite:///x\n',
        )
        self.assertIn('another name', str(error))

    def test_connection_is_not_logged(self):
        conf = self.attach(
            '[cell:a]\nconnection = mysql+pymysql://u:s3cr3t@127.0.0.1:1/x\n'
        )
        conf.log_opt_values(logging.getLogger(), logging.DEBUG)
        self.assertRaises(
            exception.CellUnavailable, registry.instance, str(uuid.uuid4())
        )
        self.assertIn(
            'Cell a does not answer: pymysql.err.OperationalError: (2003, ',
            self.log.output,
        )
        self.assertNotIn('s3cr3t', self.log.output)
