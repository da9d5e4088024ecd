# SPDX-License-Identifier: Apache-2.0
"""Nova's own functional world of two cells: a server is resized from one to
the other, which copies its actions. After each part the databases of the
cells are copied to a folder.

It runs under a Python that has Nova, the bridge and what Nova's tests need,
not under ours. Usage: crossing.py FOLDER DRIVER END; the folder gets a folder
for each part with a SQLite file for each cell. DRIVER is nova_actions or noop,
and END confirm or revert.
"""

import contextlib
import pathlib
import sqlite3
import sys
import unittest

from nova import context as nova_context
from nova.db.main import api as db
from nova.tests.functional import test_cross_cell_migrate
from oslo_config import cfg
from oslo_messaging.notify import notifier

from nova_actions import reporter

#: How often Nova's tests look, twice a second, before they give up; on a busy
#: machine its own ten times are not enough.
LOOKS = 600


class World(test_cross_cell_migrate.TestMultiCellMigrate):
    folder = pathlib.Path()

    def _wait_for_server_parameter(
        self, server, expected_params, _looks=None, **kwargs
    ):
        return super()._wait_for_server_parameter(
            server, expected_params, LOOKS, **kwargs
        )

    def copy(self, part):
        """Copy the databases of the cells."""
        target = self.folder / part
        target.mkdir()
        for name, mapping in self.cell_mappings.items():
            with (
                nova_context.target_cell(
                    nova_context.get_admin_context(), mapping
                ) as context,
                db.get_engine(context=context).connect() as connection,
                contextlib.closing(sqlite3.connect(target / name)) as copy,
            ):
                connection.connection.driver_connection.backup(copy)

    def confirm(self):
        server = self.resized()
        self._confirm_resize(server, cross_cell=True)
        self.copy('confirmed')
        self._delete_server(server)
        self.copy('over')

    def revert(self):
        server = self.resized()
        self._revert_resize(server)
        # The last that Nova records of it.
        self._wait_for_instance_action_event(
            server,
            'revertResize',
            'conductor_revert_snapshot_based_resize',
            'success',
        )
        self.copy('over')

    def resized(self):
        """Return a server that has come to the other cell."""
        server = self._resize_and_validate()[0]
        self.copy('resized')
        return server


if __name__ == '__main__':
    World.folder = pathlib.Path(sys.argv[1]).resolve()
    cfg.set_defaults(notifier._notifier_opts, driver=[sys.argv[2]])
    done = unittest.TextTestRunner().run(World(sys.argv[3]))
    reporter.flush(60)
    sys.exit(not done.wasSuccessful())
