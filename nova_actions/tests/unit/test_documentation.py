# SPDX-License-Identifier: Apache-2.0
"""What the documentation names is there: options, commands, files."""

import argparse
import contextlib
import io
import pathlib
import re

from keystoneauth1 import loading
from oslo_service import opts
from oslotest import base

import nova_actions
from nova_actions.cmd import grammar
from nova_actions.conf import cell_options
from nova_actions.tests import fixtures

ROOT = pathlib.Path(nova_actions.__file__).parent.parent
OPTION = re.compile(r'(?<!%)\[([a-z_]+|DEFAULT)\]\s+([a-z_0-9]+)\b')
COMMAND = re.compile(
    r'nova-actions-manage\s+'
    r'(db|action|instance|cell|reporter|adopt|spool)\s+([a-z]+)'
)
PATH = re.compile(
    r'``((?:doc|etc|nova_actions|bench|api-ref|releasenotes)'
    r'/[\w./-]+)``'
)
#: A line of a configuration: a group, or an option of it.
LINE = re.compile(r'( +)(?:\[([\w:]+)\]|([a-z]\w*) = .*|#.*)?$')
#: Not ours: Nova's, a proxy's, the bridge's.
FOREIGN = {'vnc', 'bridge'}


def texts():
    for path in (
        *ROOT.glob('*.rst'),
        *ROOT.glob('doc/source/**/*.rst'),
        *ROOT.glob('etc/**/*.sample'),
    ):
        yield path, path.read_text(encoding='utf-8')


def configured(text):
    """Yield the group and the name of each option in the examples of
    configurations."""
    group = None
    for line in text.splitlines():
        found = LINE.match(line)
        if found is None:
            group = None if line.strip() else group
        elif found[2]:
            group = found[2]
        elif found[3] and group:
            yield group, found[3]


class DocumentationTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = self.useFixture(fixtures.Conf()).conf
        # The conductor's launcher registers them.
        opts.register_service_opts(self.conf)
        # Which keystonemiddleware reads depends on auth_type.
        loading.register_auth_conf_options(self.conf, 'keystone_authtoken')
        self.conf.register_opts(
            loading.get_auth_plugin_conf_options('password'),
            'keystone_authtoken',
        )

    def test_options(self):
        conf = self.conf
        for path, text in texts():
            for group, name in OPTION.findall(text):
                if group in FOREIGN:
                    continue
                holder = conf if group == 'DEFAULT' else conf[group]
                self.assertIn(name, holder, f'{path}: [{group}] {name}')

    def test_configurations(self):
        conf = self.conf
        cell = {opt.dest for opt in cell_options.OPTS}
        seen = set()
        for path, text in texts():
            if path.suffix != '.rst':
                continue
            for group, name in configured(text):
                if group in FOREIGN:
                    continue
                holder = (
                    cell
                    if group.startswith('cell:')
                    else conf
                    if group == 'DEFAULT'
                    else conf[group]
                )
                self.assertIn(name, holder, f'{path}: [{group}] {name}')
                seen.add((group, name))
        self.assertIn(('oslo_messaging_rabbit', 'ssl_ca_file'), seen)
        self.assertLess(20, len(seen))

    def test_commands(self):
        for path, text in texts():
            for noun, verb in COMMAND.findall(text):
                self.assertTrue(
                    self.understands(noun, verb), f'{path}: {noun} {verb}'
                )

    def understands(self, noun, verb):
        parser = argparse.ArgumentParser()
        grammar.add_nouns(parser.add_subparsers())
        with (
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            parser.parse_args([noun, verb, '--help'])
        return f'{noun} {verb}' in out.getvalue()

    def test_files(self):
        for path, text in texts():
            for name in PATH.findall(text):
                self.assertTrue((ROOT / name).exists(), f'{path}: {name}')
