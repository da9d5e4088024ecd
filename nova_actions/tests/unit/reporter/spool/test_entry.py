# SPDX-License-Identifier: Apache-2.0
"""What is read of a spool is what was written, or nothing."""

import json

import hypothesis
from hypothesis import strategies
from oslotest import base

from nova_actions.reporter import transition
from nova_actions.reporter.spool import entry

KINDS = (transition.ACTION, *transition.STEPS, transition.END)

reports = strategies.fixed_dictionaries(
    {
        'kind': strategies.sampled_from(KINDS),
        'uuid': strategies.text(max_size=40),
    },
    optional={
        'name': strategies.text(),
        'duration': strategies.integers(),
        'details': strategies.none() | strategies.text(),
    },
)
places = strategies.integers(1, 2**62)


class EntryTestCase(base.BaseTestCase):
    def read(self, row, is_sealed=True):
        number, body, seal = row
        return entry.checked(number, body.encode(), seal, is_sealed)

    @hypothesis.given(places, strategies.lists(reports, max_size=5))
    def test_what_was_written_is_read(self, first, batch):
        rows = entry.rows(first, map(entry.encode, batch))
        self.assertEqual(batch, [self.read(row) for row in rows])
        self.assertEqual(
            list(range(first, first + len(batch))), [row[0] for row in rows]
        )

    @hypothesis.given(reports, places, strategies.data())
    def test_what_was_changed_is_not(self, report, place, data):
        ((number, body, seal),) = entry.rows(place, [entry.encode(report)])
        at = data.draw(strategies.integers(0, len(body) - 1))
        byte = data.draw(strategies.characters(codec='ascii'))
        hypothesis.assume(byte != body[at])
        changed = body[:at] + byte + body[at + 1 :]
        self.assertIsNone(self.read((number, changed, seal)))
        self.assertIsNone(self.read((number, changed, seal), is_sealed=False))

    @hypothesis.given(reports, places, places)
    def test_nor_what_was_moved(self, report, place, other):
        hypothesis.assume(place != other)
        ((_number, body, seal),) = entry.rows(place, [entry.encode(report)])
        self.assertIsNone(self.read((other, body, seal)))

    @hypothesis.given(reports)
    def test_only_the_first_release_wrote_without_a_seal(self, report):
        row = 1, entry.encode(report), None
        self.assertEqual(report, self.read(row, is_sealed=False))
        self.assertIsNone(self.read(row))

    @hypothesis.given(
        strategies.recursive(
            strategies.none()
            | strategies.booleans()
            | strategies.integers()
            | strategies.text(max_size=5)
            | strategies.sampled_from((*KINDS, transition.CLOSE)),
            lambda inner: (
                strategies.lists(inner, max_size=3)
                | strategies.dictionaries(
                    strategies.sampled_from(('kind', 'uuid', 'evidence', 'x')),
                    inner,
                    max_size=4,
                )
            ),
        )
    )
    def test_readers_may_rely_on_its_shape(self, value):
        """Even a forged report that is read has a kind and a uuid."""
        ((number, body, seal),) = entry.rows(1, [json.dumps(value)])
        found = self.read((number, body, seal))
        if found is not None:
            self.assertEqual(value, found)
            self.assertIsInstance(found['uuid'], str)
            if found['kind'] == transition.CLOSE:
                self.assertIsInstance(found['evidence'], str)
            else:
                self.assertIn(found['kind'], KINDS)
