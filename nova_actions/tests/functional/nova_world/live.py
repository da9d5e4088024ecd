# SPDX-License-Identifier: Apache-2.0
"""A cell that Nova's own migrations made, filled by Nova's own functions as
it is told; runs under a Python that has Nova, not under ours.

Usage: live.py URL SEED. Each line on its input is a number of steps to do, or
``archive`` or ``purge``; it answers each with a line of JSON: how each event
has ended, one after another, by id.
"""

import collections
import json
import random
import sys
import uuid

import cell
import sqlalchemy as sa
from nova import context
from nova import objects
from nova.db.main import api as db

EVENTS = ('compute_reboot_instance', 'compute_stop_instance')


class World:
    """Servers, and what is done to them."""

    def __init__(self, url, seed):
        self._random = random.Random(seed)
        self._engine = sa.create_engine(url)
        self._servers = []
        self._open = []
        self._ends = collections.defaultdict(list)

    def step(self):
        """Do one thing."""
        chosen = self._random.random()
        if chosen < 0.1 or not self._servers:
            self._create()
        elif chosen < 0.4 or not self._open:
            self._begin()
        else:
            self._end()
        self._look()

    def _create(self):
        server = str(uuid.UUID(int=self._random.getrandbits(128)))
        self._servers.append(
            cell.add_server(context.RequestContext('user', 'owner'), server)
        )

    def _begin(self):
        """Begin an action, or a further step of one, maybe of a name that it
        has: Nova then ends the first one again."""
        if self._open and self._random.random() < 0.4:
            caller, server, _name = self._random.choice(self._open)
        else:
            server = self._random.choice(self._servers).uuid
            caller = context.RequestContext('user', 'owner')
            objects.InstanceAction.action_start(caller, server, 'reboot')
        name = self._random.choice(EVENTS)
        objects.InstanceActionEvent.event_start(
            caller, server, name, host=f'host{self._random.randint(1, 9)}'
        )
        self._open.append((caller, server, name))

    def _end(self):
        caller, server, name = self._open.pop(
            self._random.randrange(len(self._open))
        )
        if self._random.random() < 0.5:
            objects.InstanceActionEvent.event_finish(caller, server, name)
            return
        try:
            raise ValueError('no room')
        except ValueError as error:
            objects.InstanceActionEvent.event_finish_with_failure(
                caller, server, name, exc_val=error, exc_tb=error.__traceback__
            )

    def archive(self):
        """Delete a server and have everything archived that can be."""
        gone = self._servers.pop(0)
        self._open = [each for each in self._open if each[1] != gone.uuid]
        gone.destroy()
        if self._engine.dialect.name == 'postgresql':
            # Nova's own fails there: the types of locked_by differ.
            self._move(gone.uuid)
        else:
            db.archive_deleted_rows(context.get_admin_context(), max_rows=1000)

    def _move(self, server):
        actions = (
            f"SELECT id FROM instance_actions WHERE instance_uuid = '{server}'"
        )
        moved = (
            ('instance_actions_events', f'action_id IN ({actions})'),
            ('instance_actions', f'id IN ({actions})'),
        )
        with self._engine.begin() as connection:
            for table, condition in moved:
                names = ', '.join(
                    each['name']
                    for each in sa.inspect(connection).get_columns(table)
                )
                connection.execute(
                    sa.text(
                        f'INSERT INTO shadow_{table} ({names}) '
                        f'SELECT {names} FROM {table} WHERE {condition}'
                    )
                )
            for table, condition in moved:
                connection.execute(
                    sa.text(f'DELETE FROM {table} WHERE {condition}')
                )

    def purge(self):
        """Have what is archived deleted for good."""
        db.purge_shadow_tables(context.get_admin_context(), None)

    def _look(self):
        """Note what has ended otherwise than before."""
        with self._engine.connect() as connection:
            for row_id, finish, result in connection.execute(
                sa.text(
                    'SELECT id, finish_time, result FROM '
                    'instance_actions_events ORDER BY id'
                )
            ):
                ends = self._ends[row_id]
                end = finish and [finish.isoformat(), result]
                if not ends or ends[-1] != end:
                    ends.append(end)

    def told(self):
        return json.dumps(self._ends)


def main():
    url, seed = sys.argv[1:]
    cell.open_at(url)
    world = World(url, int(seed))
    print('ready', flush=True)
    for line in sys.stdin:
        word = line.strip()
        if word.isdigit():
            for _step in range(int(word)):
                world.step()
        else:
            getattr(world, word)()
        print(world.told(), flush=True)


main()
