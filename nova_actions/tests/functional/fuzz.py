# SPDX-License-Identifier: Apache-2.0
"""What the fuzzing tests have in common: bounds, and values that are almost
right."""

import random
import uuid

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import FULL

#: Texts at the edges of what anybody thinks of.
ODD = (
    '',
    ' ',
    '\0',
    'a\0b',
    '\n',
    'x\n',
    '\ud800',
    '\U0001f600',
    'ü',
    'İ',
    'x' * 255,
    'x' * 256,
    'ü' * 255,
    'x' * 70_000,
    '%s%n%(a)s',
    "'",
    '"',
    '../../etc/passwd',
    '{{7*7}}',
    '${jndi:x}',
    '\u202e',
    'NaN',
    'null',
    '1e400',
    '-1',
    '0',
    '9' * 30,
    '\uff19',
    '1' * 4400,
    'a=b&c=d',
    '%00',
    "'; DROP TABLE instances; --",
    '2026-02-30T25:61:61Z',
    '9999-12-31T23:59:59-23:59',
    '0001-01-01T00:00:00+23:59',
)
NUMBERS = (
    0,
    -1,
    1,
    2**31 - 1,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    10**400,
    0.5,
    float('inf'),
    True,
)

texts = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=40),
    st.uuids().map(str),
    st.from_regex(
        r'[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{2}:[0-9]{2})?Z?',
        fullmatch=True,
    ),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.integers(),
    texts,
    st.datetimes(),
)
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)


def examples(number):
    """Return settings: so many examples; with ``NOVA_ACTIONS_FULL=1`` twenty
    times as many."""
    return hypothesis.settings(max_examples=number * 20 if FULL else number)


def seed():
    """Return where random values begin: the same place in every run, but with
    ``NOVA_ACTIONS_FULL=1``."""
    return random.randrange(2**32) if FULL else 20261125


#: What a conductor writes by itself, whenever its turn comes.
_KEPT_BY_CONDUCTOR = {
    'change_queue',
    'change_feed',
    'changes',
    'stat_marks',
    'stat_rollups',
    'stat_state',
}


def everything():
    """Return every row of the database that a call may change."""
    with db.engine().connect() as connection:
        return {
            table.name: sorted(
                map(tuple, connection.execute(sa.select(table))), key=str
            )
            for table in models.Base.metadata.sorted_tables
            if table.name not in _KEPT_BY_CONDUCTOR
        }


def new_uuid():
    return str(uuid.uuid4())


def table(name):
    """Return the names of a table's columns, in the order of its rows."""
    return [
        column.name for column in models.Base.metadata.tables[name].columns
    ]
