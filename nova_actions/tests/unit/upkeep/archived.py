# SPDX-License-Identifier: Apache-2.0
"""Actions that are archived in a file, and restored from it."""

import gzip
import json
import os

import fixtures

from nova_actions.tests.unit.db import old
from nova_actions.upkeep import archive
from nova_actions.upkeep import restore
from nova_actions.upkeep import retention


class ArchiveMixin:
    def setUp(self):
        super().setUp()
        self.path = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'old.gz'
        )

    def archive(self, before=5, **selection):
        with archive.Writer(self.path) as sink:
            return list(
                retention.purge(
                    self.admin,
                    retention.Selection(
                        old.NOW - before * old.DAY, **selection
                    ),
                    pause=old.no_pause,
                    sink=sink,
                )
            )[-1]

    def restore(self):
        return [
            restore.Done(),
            *restore.restore(
                self.admin, archive.read(self.path), self.sanitizer
            ),
        ][-1]

    def lines(self):
        with gzip.open(self.path, 'rt', encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def write(self, *lines):
        with gzip.open(self.path, 'wt', encoding='utf-8') as file:
            for line in lines:
                file.write(line if isinstance(line, str) else json.dumps(line))
                file.write('\n')

    def fill(self):
        server = self.instance(display_name='web')
        for age in (9, 8, 7):
            self.action(server, age, events=2)
        return server
