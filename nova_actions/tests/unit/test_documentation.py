# SPDX-License-Identifier: Apache-2.0
"""What the documentation names is there: options, commands, files."""

import argparse
import contextlib
import io
import pathlib
import re

from oslo_service import opts
from oslotest import base

import nova_actions
from nova_actions.cmd import grammar
from nova_actions.tests import fixtures

ROOT = pathlib.Path(nova_actions.__file__).parent.parent
OPTION = re.compile(r'(?<!%)\[([a-z_]+|DEFAULT)\]\s+([a-z_0-9]+)\b')
COMMAND = re.compile(r'nova-actions-manage\s+'
                     r'(db|action|instance|cell|reporter)\s+([a-z]+)')
PATH = re.compile(r'``((?:doc|etc|nova_actions|bench|api-ref|releasenotes)'
                  r'/[\w./-]+)``')
#: Not ours: Nova's, a proxy's.
FOREIGN = {'vnc'}


def texts():
    for path in (*ROOT.glob('*.rst'), *ROOT.glob('doc/source/**/*.rst'),
                 *ROOT.glob('etc/**/*.sample')):
        yield path, path.read_text(encoding='utf-8')


class DocumentationTestCase(base.BaseTestCase):

    def test_options(self):
        conf = self.useFixture(fixtures.Conf()).conf
        # The conductor's launcher registers them.
        opts.register_service_opts(conf)
        for path, text in texts():
            for group, name in OPTION.findall(text):
                if group in FOREIGN:
                    continue
                holder = conf if group == 'DEFAULT' else conf[group]
                self.assertIn(name, holder, f'{path}: [{group}] {name}')

    def test_commands(self):
        for path, text in texts():
            for noun, verb in COMMAND.findall(text):
                self.assertTrue(self.understands(noun, verb),
                                f'{path}: {noun} {verb}')

    def understands(self, noun, verb):
        parser = argparse.ArgumentParser()
        grammar.add_nouns(parser.add_subparsers())
        with contextlib.redirect_stdout(io.StringIO()) as out, \
                contextlib.redirect_stderr(io.StringIO()), \
                contextlib.suppress(SystemExit):
            parser.parse_args([noun, verb, '--help'])
        return f'{noun} {verb}' in out.getvalue()

    def test_files(self):
        for path, text in texts():
            for name in PATH.findall(text):
                self.assertTrue((ROOT / name).exists(), f'{path}: {name}')
