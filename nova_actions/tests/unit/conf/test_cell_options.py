# SPDX-License-Identifier: Apache-2.0
import os

import fixtures
from oslotest import base

from nova_actions import conf
from nova_actions.conf import cell_options


class CellsTest(base.BaseTestCase):
    def load(self, *sections, **options):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'conf')
        with open(path, 'w', encoding='utf-8') as file:
            for section in sections:
                file.write(f'[{section}]\n')
                for name, value in options.items():
                    file.write(f'{name} = {value}\n')
        return conf.load(['--config-file', path])

    def test_each_section_is_a_cell(self):
        found = cell_options.cells(
            self.load('cell:east', 'cell:West.1', 'api', connection='x')
        )
        self.assertEqual({'East'.lower(), 'West.1'}, set(found))
        for options in found.values():
            self.assertEqual('x', options.connection)
            self.assertIs(False, options.follow)

    def test_the_samples_attaches_nothing_as_it_is(self):
        self.assertEqual({}, cell_options.cells(self.load('cell:name')))
        self.assertEqual(
            {'name'},
            set(cell_options.cells(self.load('cell:name', connection='x'))),
        )

    def test_its_address_is_a_secret(self):
        self.assertTrue(
            next(
                opt.secret
                for opt in cell_options.OPTS
                if opt.name == 'connection'
            )
        )
