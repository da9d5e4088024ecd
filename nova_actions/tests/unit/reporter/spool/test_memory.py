# SPDX-License-Identifier: Apache-2.0
"""The spool in memory behaves as the one on disk does."""

import os
import tempfile

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import memory

LIMIT = 3000

kinds = strategies.sampled_from(('action', 'start', 'end'))
moves = strategies.one_of(
    strategies.tuples(
        strategies.just('append'),
        strategies.lists(kinds, min_size=1, max_size=3),
        strategies.booleans(),
    ),
    strategies.tuples(
        strategies.just('remove'),
        strategies.lists(strategies.integers(1, 20), max_size=4, unique=True),
    ),
    strategies.tuples(
        strategies.just('after'),
        strategies.integers(0, 20),
        strategies.integers(1, 10),
    ),
    strategies.tuples(strategies.just('get'), strategies.integers(0, 20)),
)


def do(spool, number, move):
    """Make a move and return all that is seen of a spool afterwards."""
    name, *args = move
    if name == 'append':
        kinds, force = args
        batch = [
            {
                'kind': kind,
                'uuid': f'{number}-{place}',
                'details': 'x' * 100,
            }
            for place, kind in enumerate(kinds)
        ]
        try:
            found = spool.append(batch, force)
        except disk.SpoolFull:
            found = 'full'
    else:
        found = getattr(spool, name)(*args)
    return found, spool.count, spool.bytes, spool.after(0, 1000)


class MemoryTestCase(base.BaseTestCase):
    @hypothesis.settings(deadline=None)
    @hypothesis.given(strategies.lists(moves, max_size=15))
    def test_as_on_disk(self, story):
        with tempfile.TemporaryDirectory() as folder:
            on_disk = disk.Spool(os.path.join(folder, 's'), LIMIT, 'never')
            in_memory = memory.MemorySpool(LIMIT)
            try:
                for number, move in enumerate(story):
                    self.assertEqual(
                        do(on_disk, number, move), do(in_memory, number, move)
                    )
            finally:
                on_disk.close()
