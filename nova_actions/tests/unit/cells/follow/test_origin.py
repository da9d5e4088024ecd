# SPDX-License-Identifier: Apache-2.0
"""Notes of which rows were made of a cell's."""

from nova_actions.cells.follow import known
from nova_actions.cells.follow import origin
from nova_actions.cells.follow import source_row
from nova_actions.db import api as db
from nova_actions.db import ledger
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base


class OriginsTest(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        InstanceAction.action_start(self.context, self.instance_uuid, 'create')
        (self.row,) = db.action_list(self.admin)

    def note(self, cell, write):
        with db.begun() as connection:
            notes = origin.Origins(connection, cell)
            write(notes)
            notes.store()
        return notes

    def stored(self, cell='east', source=source_row.EVENTS):
        return known.between(self.admin, cell, source, 0, 100)

    def test_a_new_event_belongs_to_its_action(self):
        """Which gets its id after the event is noted."""

        def write(notes):
            book = ledger.of_actions(notes._connection, {self.row['id']})
            (action,) = book.actions.values()
            action.row['id'] = None
            notes.add_new_event(7, 'seen', action)
            action.row['id'] = self.row['id']

        notes = self.note('east', write)
        self.assertEqual(
            {7: known.Copy(self.row['id'], 1, 'seen')}, self.stored()
        )
        self.assertEqual(1, notes.copied(source_row.EVENTS))
        self.assertEqual(0, notes.copied(source_row.ACTIONS))

    def test_what_we_have_otherwise_does_not_count_as_copied(self):
        def write(notes):
            for number, attempts in enumerate((0, 1, 2), 1):
                notes.add_action(
                    number, known.Copy(self.row['id'], attempts, None)
                )

        self.assertEqual(
            2, self.note('east', write).copied(source_row.ACTIONS)
        )
        self.assertEqual(3, len(self.stored(source=source_row.ACTIONS)))

    def test_a_change_is_of_one_event_of_one_cell(self):
        def write(notes):
            copy = known.Copy(self.row['id'], 1, None)
            notes.add_action(7, copy)
            notes.add_event(7, copy)
            notes.add_event(8, copy)

        for cell in ('east', 'west'):
            self.note(cell, write)
        before = self.stored()
        self.note('east', lambda notes: notes.change_event(7, 2, 'end'))
        after = self.stored()
        self.assertEqual((2, 'end'), (after[7].attempts, after[7].seen))
        self.assertEqual(before[8], after[8])
        self.assertEqual(before, self.stored('west'))
        self.assertEqual(before[7], self.stored(source=source_row.ACTIONS)[7])
