# SPDX-License-Identifier: Apache-2.0
"""Cells to test with: Nova's three tables, made by hand."""

import datetime
import itertools
import uuid
from typing import Any

import fixtures
import sqlalchemy as sa
from oslo_config import cfg
from sqlalchemy.dialects import mysql

from nova_actions.cells import owner
from nova_actions.cells import registry
from nova_actions.conf import cell_options
from nova_actions.tests import database
from nova_actions.tests import missing

START = datetime.datetime(2026, 1, 5, 13, 38, 20)
SECOND = datetime.timedelta(seconds=1)

# Nova's tables have the server's default: no case, no trailing spaces.
_MYSQL = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb3'}
_TIME = sa.DateTime().with_variant(mysql.DATETIME(), 'mysql')


def _table(metadata: sa.MetaData, name: str, *columns: Any) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column('created_at', _TIME),
        sa.Column('updated_at', _TIME),
        sa.Column('deleted_at', _TIME),
        sa.Column('deleted', sa.Integer),
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        *columns,
        **_MYSQL,
    )


def _texts(*names: str) -> list[Any]:
    return [sa.Column(name, sa.String(255)) for name in names]


METADATA = sa.MetaData()
INSTANCES = _table(
    METADATA,
    'instances',
    *_texts('user_id', 'project_id', 'display_name', 'host', 'vm_state'),
    sa.Column('uuid', sa.String(36), nullable=False),
    sa.Column('hidden', sa.Boolean, default=False),
    sa.UniqueConstraint('uuid', name='uniq_instances0uuid'),
    sa.Index('instances_project_id_deleted_idx', 'project_id', 'deleted'),
)
ACTIONS = _table(
    METADATA,
    'instance_actions',
    *_texts('action', 'request_id', 'user_id', 'project_id', 'message'),
    sa.Column('instance_uuid', sa.String(36), sa.ForeignKey('instances.uuid')),
    sa.Column('start_time', _TIME),
    sa.Column('finish_time', _TIME),
    sa.Index('instance_uuid_idx', 'instance_uuid'),
    sa.Index('request_id_idx', 'request_id'),
    sa.Index(
        'instance_actions_instance_uuid_updated_at_idx',
        'instance_uuid',
        'updated_at',
    ),
)
EVENTS = _table(
    METADATA,
    'instance_actions_events',
    *_texts('event', 'result', 'host'),
    sa.Column('action_id', sa.Integer, sa.ForeignKey('instance_actions.id')),
    sa.Column('start_time', _TIME),
    sa.Column('finish_time', _TIME),
    sa.Column('traceback', sa.Text),
    sa.Column('details', sa.Text),
)


def _shadow(table: sa.Table) -> sa.Table:
    """Where Nova puts archived rows: as they were, without indexes."""
    return sa.Table(
        f'shadow_{table.name}',
        SHADOWS,
        *(
            sa.Column(
                each.name,
                each.type,
                primary_key=each.primary_key,
                autoincrement=False,
            )
            for each in table.columns
        ),
        **_MYSQL,
    )


SHADOWS = sa.MetaData()
SHADOW = {table: _shadow(table) for table in (INSTANCES, ACTIONS, EVENTS)}


def _make(url: str) -> None:
    METADATA.create_all(sa.create_engine(url, poolclass=sa.NullPool))


_TABLES = database.Template(_make)


class Cell(missing.Fixture):
    """A Nova cell database, attached to the process.

    :param url: of one that is there already
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        backend: str = 'sqlite',
        name: str = 'east',
        url: str | None = None,
    ) -> None:
        self._conf = conf
        self._backend = backend
        self.name = name
        self._url = url
        self._seconds = itertools.count()
        #: What was in it after the test's own last write.
        self.written: list[Any] = []

    def _setUp(self) -> None:
        self.url = self._url or _TABLES.create(self, self._backend)
        self.engine = sa.create_engine(self.url)
        self.addCleanup(self.engine.dispose)
        attach(self, self._conf, self.name, self.url)

    @property
    def cell(self) -> Any:
        return registry.get(self.name)

    def insert(self, table: sa.Table, **values: Any) -> Any:
        """Insert a row as Nova would, a second after the one before."""
        at = START + next(self._seconds) * SECOND
        with self.engine.begin() as connection:
            result = connection.execute(
                sa.insert(table).values(
                    **{
                        'created_at': at,
                        'updated_at': at,
                        'deleted': 0,
                        **values,
                    }
                )
            )
        self.written = self.content()
        return result.inserted_primary_key[0]

    def update(self, table: sa.Table, row_id: int, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                sa.update(table).where(table.c.id == row_id).values(**values)
            )
        self.written = self.content()

    def server(self, **values: Any) -> str:
        """Return the uuid of a new server of project ``owner``."""
        values = {
            'uuid': str(uuid.uuid4()),
            'project_id': 'owner',
            'user_id': 'user',
            'display_name': 'web',
            **values,
        }
        self.insert(INSTANCES, **values)
        return str(values['uuid'])

    def action(self, server: str, name: str = 'reboot', **values: Any) -> int:
        """Return the id of a new action."""
        values = {
            'request_id': f'req-{uuid.uuid4()}',
            'user_id': 'user',
            'project_id': 'owner',
            'start_time': START,
            **values,
        }
        return int(
            self.insert(ACTIONS, instance_uuid=server, action=name, **values)
        )

    def event(
        self,
        action_id: int,
        name: str = 'compute_reboot_instance',
        result: str | None = 'Success',
        **values: Any,
    ) -> int:
        """Return the id of a new event; it takes two seconds."""
        values = {
            'start_time': START,
            'host': 'host1',
            'finish_time': result and START + 2 * SECOND,
            **values,
        }
        return int(
            self.insert(
                EVENTS,
                action_id=action_id,
                event=name,
                result=result,
                **values,
            )
        )

    def add_shadows(self) -> None:
        """Make the tables of what is archived."""
        SHADOWS.create_all(self.engine)

    def move(self, table: sa.Table, row_id: int) -> None:
        """Archive a row, as Nova does when its server is deleted."""
        with self.engine.begin() as connection:
            row = (
                connection.execute(
                    sa.select(table).where(table.c.id == row_id)
                )
                .mappings()
                .one()
            )
            connection.execute(sa.insert(SHADOW[table]).values(**row))
            connection.execute(sa.delete(table).where(table.c.id == row_id))
        self.written = self.content()

    def archive(self, action_id: int) -> None:
        """Archive an action with its events."""
        for event_id in self._events_of(EVENTS, action_id):
            self.move(EVENTS, event_id)
        self.move(ACTIONS, action_id)

    def purge(self, action_id: int) -> None:
        """Delete an archived action with its events."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.delete(SHADOW[EVENTS]).where(
                    SHADOW[EVENTS].c.action_id == action_id
                )
            )
            connection.execute(
                sa.delete(SHADOW[ACTIONS]).where(
                    SHADOW[ACTIONS].c.id == action_id
                )
            )

    def _events_of(self, table: sa.Table, action_id: int) -> list[int]:
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    sa.select(table.c.id).where(table.c.action_id == action_id)
                ).scalars()
            )

    def content(self) -> list[Any]:
        """Return every row."""
        with self.engine.connect() as connection:
            return [
                tuple(row)
                for table in METADATA.sorted_tables
                for row in connection.execute(
                    sa.select(table).order_by(table.c.id)
                )
            ]


def attach(test: Any, conf: cfg.ConfigOpts, name: str, url: str) -> None:
    """Attach a cell for as long as the test, or fixture, lasts."""
    section = f'{cell_options.PREFIX}{name}'
    conf.register_opts(cell_options.OPTS, group=section)
    conf.set_override('connection', url, group=section)
    # What was attached before comes back.
    test.useFixture(
        fixtures.MonkeyPatch('nova_actions.cells.registry._cells', {})
    )
    registry.setup(cell_options.cells(conf), conf.api.cell_timeout)
    test.addCleanup(registry.dispose)
    owner.forget()
