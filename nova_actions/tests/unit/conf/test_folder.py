# SPDX-License-Identifier: Apache-2.0
import os

from hypothesis import given
from hypothesis import strategies
from oslo_config import cfg
from oslotest import base

from nova_actions.conf import folder

PATHS = strategies.text(
    strategies.characters(codec='utf-8', min_codepoint=0x20), min_size=1
).filter(lambda text: text.strip() and '\x7f' not in text)


class FolderTest(base.BaseTestCase):
    @given(PATHS)
    def test_it_is_absolute(self, path):
        found = folder.Folder()(path)
        self.assertTrue(os.path.isabs(found))
        self.assertEqual(found, folder.Folder()(found))

    @given(PATHS)
    def test_a_default_is_read_as_it_is(self, path):
        conf = cfg.ConfigOpts()
        conf.register_opt(
            cfg.Opt(
                'path',
                type=folder.Folder(),
                default=folder.escaped(f'/{path}'),
            )
        )
        conf([], default_config_files=[], default_config_dirs=[])
        self.assertEqual(folder.Folder()(f'/{path}'), conf.path)

    @given(strategies.text(max_size=10), strategies.text(max_size=10))
    def test_invalid_paths_are_refused(self, before, after):
        for char in ('\n', '\x00', '\x1b', '\x7f', '\ud800'):
            self.assertRaises(
                ValueError, folder.Folder(), f'{before}{char}{after}'
            )
        for blank in ('', ' ', '\t '):
            self.assertRaises(ValueError, folder.Folder(), blank)
