# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import names
from nova_actions.sanitize import naming
from nova_actions.tests.unit.sanitize import planted


class NamesTest(base.BaseTestCase):
    def test_each_holds_a_part_by_which_it_is_found(self):
        """Else it would never be looked at."""
        others = [each for words in names.OTHERS.values() for each in words]
        for name in (*planted.KEYS, *others):
            self.assertTrue(naming.kind_of(name), name)
            self.assertTrue(
                any(part in name.lower() for part in names.ALL_STEMS), name
            )

    def test_others_are_found_as_foreign_or_own(self):
        for words in names.OTHERS.values():
            for word in words:
                self.assertIn(naming.kind_of(word), ('own', 'foreign'), word)

    def test_words_that_end_like_one(self):
        for word in ('monkey', 'keyboard', 'keystone', 'primary_key'):
            self.assertFalse(naming.names_secret(word), word)
        for word in ('CephMonKey', 'mon_key', 'api-key', 'apikey'):
            self.assertEqual('own', naming.kind_of(word), word)
