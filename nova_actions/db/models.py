# SPDX-License-Identifier: Apache-2.0
"""The tables: Nova's names and columns, and ours beside them."""

import datetime
from typing import Annotated, Any, cast

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

from nova_actions.db import charset

BigId = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MicroDateTime = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb'
)

#: Finds which events of an action are open or failed, and when the last of
#: the others ended.
RESULT_INDEX = 'instance_actions_events_action_id_result_idx'

Uuid = Annotated[str, orm.mapped_column(charset.String(36))]
Name = Annotated[str, orm.mapped_column(charset.String(255))]
Text = Annotated[str, orm.mapped_column(charset.Text())]
Time = Annotated[datetime.datetime, orm.mapped_column(MicroDateTime)]
Key = Annotated[
    int, orm.mapped_column(BigId, primary_key=True, autoincrement=True)
]
Count = Annotated[
    int, orm.mapped_column(sa.BigInteger(), default=0, server_default='0')
]

# Comparisons are exact on every database (Nova's collation on MySQL ignores
# case), and every character can be stored.
_MYSQL = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mariadb_engine': 'InnoDB',
    'mariadb_charset': 'utf8mb4',
    'mariadb_collate': 'utf8mb4_bin',
}


class Base(orm.DeclarativeBase):
    __table_args__: Any = _MYSQL


class _Row:
    """Nova's columns of every table. ``deleted`` is not 0 in a soft-deleted
    row: we make none, but copy those of others."""

    created_at: orm.Mapped[Time]
    updated_at: orm.Mapped[Time | None]
    deleted_at: orm.Mapped[Time | None]
    deleted: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger(), default=0, server_default='0'
    )


class Instance(_Row, Base):
    """A server and its owner, for access decisions."""

    __tablename__ = 'instances'
    __table_args__ = (
        sa.UniqueConstraint('uuid', name='uniq_instances0uuid'),
        sa.Index(
            'instances_project_id_display_name_idx',
            'project_id',
            'display_name',
        ),
        sa.Index('instances_display_name_idx', 'display_name'),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    uuid: orm.Mapped[Uuid]
    project_id: orm.Mapped[Name]
    user_id: orm.Mapped[Name | None]
    display_name: orm.Mapped[Name | None]


class InstanceAction(_Row, Base):
    __tablename__ = 'instance_actions'
    __table_args__ = (
        sa.UniqueConstraint('uuid', name='uniq_instance_actions0uuid'),
        sa.Index(
            'instance_actions_instance_uuid_created_at_id_idx',
            'instance_uuid',
            'created_at',
            'id',
        ),
        sa.Index(
            'instance_actions_instance_uuid_request_id_idx',
            'instance_uuid',
            'request_id',
            'created_at',
            'id',
        ),
        sa.Index('instance_actions_request_id_idx', 'request_id'),
        sa.Index('instance_actions_created_at_id_idx', 'created_at', 'id'),
        # Finds running actions that never got a step, and serves searches for
        # any status but the most common one.
        sa.Index(
            'instance_actions_status_created_at_idx',
            'status',
            'created_at',
            postgresql_where=sa.text("status <> 'succeeded'"),
        ),
        # Sort orders of the search, within a project and across projects.
        sa.Index(
            'instance_actions_owner_id_start_time_uuid_idx',
            'owner_id',
            'start_time',
            'uuid',
        ),
        sa.Index(
            'instance_actions_owner_id_updated_at_uuid_idx',
            'owner_id',
            'updated_at',
            'uuid',
        ),
        sa.Index('instance_actions_start_time_uuid_idx', 'start_time', 'uuid'),
        sa.Index('instance_actions_updated_at_uuid_idx', 'updated_at', 'uuid'),
        # Filters of the search.
        sa.Index('instance_actions_action_idx', 'action'),
        sa.Index('instance_actions_user_id_idx', 'user_id'),
        sa.Index(
            'instance_actions_global_request_id_idx',
            'global_request_id',
            postgresql_where=sa.text('global_request_id IS NOT NULL'),
        ),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    uuid: orm.Mapped[Uuid]
    action: orm.Mapped[Name]
    instance_uuid: orm.Mapped[Uuid] = orm.mapped_column(
        sa.ForeignKey(
            'instances.uuid', name='instance_actions_instance_uuid_fkey'
        )
    )
    request_id: orm.Mapped[Name | None]
    global_request_id: orm.Mapped[Name | None]
    user_id: orm.Mapped[Name | None]
    user_name: orm.Mapped[Name | None]
    project_id: orm.Mapped[Name | None]
    project_name: orm.Mapped[Name | None]
    start_time: orm.Mapped[Time | None]
    finish_time: orm.Mapped[Time | None]
    message: orm.Mapped[Name | None]
    status: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: The project of its server, so that a search within a project reads no
    #: rows of others. NULL in a row that an earlier release wrote: see
    #: upkeep.ownership.
    owner_id: orm.Mapped[Name | None]
    #: Why it counts as interrupted although none of its steps is.
    evidence: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))


class InstanceActionEvent(_Row, Base):
    __tablename__ = 'instance_actions_events'
    __table_args__ = (
        sa.UniqueConstraint('uuid', name='uniq_instance_actions_events0uuid'),
        sa.Index(
            'instance_actions_events_action_id_event_idx',
            'action_id',
            'event',
            'id',
        ),
        sa.Index(RESULT_INDEX, 'action_id', 'result', 'finish_time'),
        # Finds what a crashed reporter left open.
        sa.Index(
            'instance_actions_events_epoch_finish_time_idx',
            'epoch',
            'finish_time',
            postgresql_where=sa.text('epoch IS NOT NULL'),
        ),
        # Filters of the search.
        sa.Index('instance_actions_events_host_idx', 'host'),
        sa.Index('instance_actions_events_event_idx', 'event'),
        sa.Index(
            'instance_actions_events_reason_idx',
            'reason',
            postgresql_where=sa.text('reason IS NOT NULL'),
        ),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    uuid: orm.Mapped[Uuid]
    event: orm.Mapped[Name]
    action_id: orm.Mapped[int] = orm.mapped_column(
        BigId,
        sa.ForeignKey(
            'instance_actions.id',
            name='instance_actions_events_action_id_fkey',
        ),
    )
    start_time: orm.Mapped[Time | None]
    finish_time: orm.Mapped[Time | None]
    duration_us: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    result: orm.Mapped[Name | None]
    host: orm.Mapped[Name | None]
    details: orm.Mapped[Text | None]
    traceback: orm.Mapped[Text | None]
    error_type: orm.Mapped[Name | None]
    #: Why it failed: a code that the owner may see.
    reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    redactions: orm.Mapped[int] = orm.mapped_column(
        sa.Integer(), default=0, server_default='0'
    )
    #: Which version of the rules masked its texts; NULL if unknown.
    rules: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: The session of the reporter that started it; NULL for a Nova client's.
    epoch: orm.Mapped[Uuid | None]


class Reporter(Base):
    """A session of a reporting process, and when it last sent anything."""

    __tablename__ = 'reporters'
    __table_args__ = (
        sa.UniqueConstraint('epoch', name='uniq_reporters0epoch'),
        sa.Index(
            'reporters_closed_at_last_seen_idx', 'closed_at', 'last_seen'
        ),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    epoch: orm.Mapped[Uuid]
    host: orm.Mapped[Name | None]
    created_at: orm.Mapped[Time]
    last_seen: orm.Mapped[Time]
    #: Counts its heartbeats, so that silence shows without comparing clocks.
    beats: orm.Mapped[int] = orm.mapped_column(sa.BigInteger(), default=0)
    #: When the events that it left open were closed.
    closed_at: orm.Mapped[Time | None]
    #: What it reported last: how many reports wait, and how many were lost,
    #: by reason, as JSON. NULL for a reporter that does not report this.
    waiting: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    #: Since when the oldest of them has been waiting.
    waiting_since: orm.Mapped[Time | None]
    lost: orm.Mapped[str | None] = orm.mapped_column(sa.Text())
    #: What the host program reports about itself, as JSON.
    about: orm.Mapped[str | None] = orm.mapped_column(sa.Text())
    #: How many of its reports a conductor rejected, and how many future
    #: times in them it set to its own.
    refused: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger(), default=0, server_default='0'
    )
    times_cut: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger(), default=0, server_default='0'
    )


class FollowedCell(Base):
    """How far a followed cell has been copied, and who copies it."""

    __tablename__ = 'followed_cells'
    __table_args__ = (
        sa.UniqueConstraint('cell', name='uniq_followed_cells0cell'),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    cell: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    created_at: orm.Mapped[Time]
    #: The last ids that were copied. A row keeps its id when Nova archives
    #: it, so that one number covers a table and its shadow.
    action_id: orm.Mapped[Count]
    event_id: orm.Mapped[Count]
    #: The newest ids that were seen.
    action_top: orm.Mapped[Count]
    event_top: orm.Mapped[Count]
    #: How many rows were copied, how many attempts were distinguished, and
    #: how many rows were skipped because they cannot be stored.
    actions: orm.Mapped[Count]
    events: orm.Mapped[Count]
    attempts: orm.Mapped[Count]
    skipped: orm.Mapped[Count]
    paused: orm.Mapped[Count]
    #: The last archived server that was checked for its owner, NULL when no
    #: owner is missing.
    owner_id: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    #: The last of our own rows that were checked for copied duplicates.
    own_action_id: orm.Mapped[Count]
    own_event_id: orm.Mapped[Count]
    #: When everything in it had been copied for the first and the last time.
    whole_at: orm.Mapped[Time | None]
    caught_up_at: orm.Mapped[Time | None]
    #: Rows created before this are not copied, or no longer kept.
    floor: orm.Mapped[Time | None]
    holder: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: By our own database's clock.
    lease_end: orm.Mapped[Time | None]


class Horizon(Base):
    """The time before which actions may have been purged; one row."""

    __tablename__ = 'horizons'

    id: orm.Mapped[Key]
    before: orm.Mapped[Time]


class SigningKey(Base):
    """The key that signs cursors of the search, so that every API process
    accepts those of the others. It protects no data."""

    __tablename__ = 'signing_keys'

    id: orm.Mapped[Key]
    #: 32 bytes, in hexadecimal digits.
    secret: orm.Mapped[str] = orm.mapped_column(sa.String(64))


class FollowedRow(Base):
    """Where a copied row came from. It is deleted with its action."""

    __tablename__ = 'followed_rows'
    __table_args__ = (
        sa.UniqueConstraint(
            'cell',
            'source',
            'source_id',
            name='uniq_followed_rows0cell0source0source_id',
        ),
        sa.Index('followed_rows_action_id_idx', 'action_id'),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    cell: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: Nova's table; its shadow is the same.
    source: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    source_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger())
    action_id: orm.Mapped[int] = orm.mapped_column(
        BigId,
        sa.ForeignKey(
            'instance_actions.id',
            ondelete='CASCADE',
            name='followed_rows_action_id_fkey',
        ),
    )
    #: How many of our rows were made from it; 0 when it duplicates a row that
    #: we recorded ourselves or copied from another cell.
    attempts: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    #: The id of that row, for an event.
    own_id: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    #: The result of the last of them in the cell, NULL while it runs.
    seen: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))


class QueuedChange(Base):
    """A change that has not been numbered yet."""

    __tablename__ = 'change_queue'

    id: orm.Mapped[Key]
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    action_uuid: orm.Mapped[Uuid]
    event_uuid: orm.Mapped[Uuid | None]
    happened_at: orm.Mapped[Time]
    #: The result of a step, the status of an action.
    outcome: orm.Mapped[Name | None]
    reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))


class Change(Base):
    """A numbered change. It repeats the values of its action and event, which
    may be purged before it."""

    __tablename__ = 'changes'
    __table_args__ = (
        sa.Index('changes_project_id_number_idx', 'project_id', 'number'),
        _MYSQL,
    )

    #: Always set explicitly, never by the database.
    number: orm.Mapped[Key]
    #: When it was numbered, by our own database's clock.
    created_at: orm.Mapped[Time]
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    happened_at: orm.Mapped[Time]
    #: When the step or action of this change began.
    start_time: orm.Mapped[Time | None]
    outcome: orm.Mapped[Name | None]
    reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: Of the server.
    project_id: orm.Mapped[Name]
    instance_uuid: orm.Mapped[Uuid]
    display_name: orm.Mapped[Name | None]
    action_uuid: orm.Mapped[Uuid]
    action: orm.Mapped[Name]
    request_id: orm.Mapped[Name | None]
    global_request_id: orm.Mapped[Name | None]
    #: The user who acts.
    user_id: orm.Mapped[Name | None]
    event_uuid: orm.Mapped[Uuid | None]
    event: orm.Mapped[Name | None]
    host: orm.Mapped[Name | None]


class ChangeFeed(Base):
    """How far changes are numbered, and who numbers them: one row."""

    __tablename__ = 'change_feed'

    id: orm.Mapped[Key]
    #: The last number assigned, and the last one purged.
    last: orm.Mapped[Count]
    purged: orm.Mapped[Count]
    holder: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: By our own database's clock.
    lease_end: orm.Mapped[Time | None]


class Rollup(Base):
    """Counts actions, or their steps, that began in the same hour and have
    the same attributes and duration bucket (see db.stat.duration).

    Several rows may have the same key; their counts are summed.
    """

    __tablename__ = 'stat_rollups'
    __table_args__ = (
        sa.Index('stat_rollups_hour_idx', 'hour'),
        sa.Index('stat_rollups_project_id_hour_idx', 'project_id', 'hour'),
        _MYSQL,
    )

    id: orm.Mapped[Key]
    #: In which the action began.
    hour: orm.Mapped[Time]
    #: 1 for a final count, whose rows are purged; 0 for one that is
    #: recalculated when the rows change.
    is_purged: orm.Mapped[int] = orm.mapped_column(sa.SmallInteger())
    #: The project that owns the servers.
    project_id: orm.Mapped[Name | None]
    action: orm.Mapped[Name]
    #: NULL, as the host is, in a count of actions.
    event: orm.Mapped[Name | None]
    host: orm.Mapped[Name | None]
    #: A status, of an action or of a step.
    outcome: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: Microseconds; NULL while it runs.
    bucket: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    count: orm.Mapped[int] = orm.mapped_column(sa.BigInteger())
    retried: orm.Mapped[int] = orm.mapped_column(sa.BigInteger())
    #: The longest duration, microseconds.
    longest: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())


class RollupMark(Base):
    """An hour whose rows may have changed since it was counted."""

    __tablename__ = 'stat_marks'

    id: orm.Mapped[Key]
    hour: orm.Mapped[Time]


class RollupState(Base):
    """Which hours are counted, and who counts: one row."""

    __tablename__ = 'stat_state'

    id: orm.Mapped[Key]
    #: The first hour that is counted, and the end of the last one.
    rolled_from: orm.Mapped[Time]
    rolled_to: orm.Mapped[Time]
    #: The hours before this are not counted: their rows were purged before
    #: they were counted, or their counts are not kept. NULL: none.
    lost_before: orm.Mapped[Time | None]
    holder: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: By our own database's clock.
    lease_end: orm.Mapped[Time | None]


# The tables, for SQLAlchemy Core.
INSTANCES = cast(sa.Table, Instance.__table__)
ACTIONS = cast(sa.Table, InstanceAction.__table__)
EVENTS = cast(sa.Table, InstanceActionEvent.__table__)
REPORTERS = cast(sa.Table, Reporter.__table__)
FOLLOWED_CELLS = cast(sa.Table, FollowedCell.__table__)
HORIZONS = cast(sa.Table, Horizon.__table__)
SIGNING_KEYS = cast(sa.Table, SigningKey.__table__)
FOLLOWED_ROWS = cast(sa.Table, FollowedRow.__table__)
CHANGE_QUEUE = cast(sa.Table, QueuedChange.__table__)
CHANGES = cast(sa.Table, Change.__table__)
CHANGE_FEED = cast(sa.Table, ChangeFeed.__table__)
ROLLUPS = cast(sa.Table, Rollup.__table__)
ROLLUP_MARKS = cast(sa.Table, RollupMark.__table__)
ROLLUP_STATE = cast(sa.Table, RollupState.__table__)
