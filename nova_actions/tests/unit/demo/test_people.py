# SPDX-License-Identifier: Apache-2.0
"""Who asks for things, and whose servers are."""

import uuid

from oslotest import base

from nova_actions.demo import people


class PeopleTest(base.BaseTestCase):
    def test_servers(self):
        """Each has a name and an id of its own; the name tells whose it
        is."""
        numbers = range(len(people.NAMES))
        self.assertEqual(len(people.NAMES), len({*people.NAMES}))
        self.assertEqual(
            len(numbers),
            len({uuid.UUID(people.server_id(each)) for each in numbers}),
        )
        for number, name in enumerate(people.NAMES):
            self.assertTrue(
                name.startswith(f'{people.owner_of(number).project}-'), name
            )

    def test_contexts(self):
        """Of a new request each; administrators are those with the role."""
        for person in (people.ALICE, people.BOB, people.CAROL):
            one, other = person.context(), person.context()
            self.assertNotEqual(one.request_id, other.request_id)
            self.assertEqual(
                (person.user_id, person.project_id),
                (one.user_id, one.project_id),
            )
            self.assertIs(person is people.CAROL, one.is_admin)
