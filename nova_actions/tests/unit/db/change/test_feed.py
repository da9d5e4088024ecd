# SPDX-License-Identifier: Apache-2.0
"""Readers continue after a number."""

from nova_actions.db.change import feed
from nova_actions.tests import base
from nova_actions.tests.unit.db.change import base as change_base


class _Tests(change_base.Changes):
    def test_pages_follow_each_other(self):
        for _ in range(5):
            self.begin('reboot', self.new_context())
        self.number()
        seen, after = [], 0
        while rows := (page := feed.page(self.admin, after, 4)).rows:
            seen += [row['number'] for row in rows]
            after = page.after
        self.assertEqual([1, 2, 3, 4, 5, 6], seen)
        self.assertEqual(6, after)

    def test_a_project_need_not_read_the_changes_of_others_again(self):
        self.number()
        page = feed.page(self.admin, 0, 10, project_id='other')
        self.assertEqual([], page.rows)
        self.assertEqual(1, page.after)

    def test_nothing_has_been_numbered(self):
        self.assertEqual(feed.Page([], 0), feed.page(self.admin, 0, 1))
        self.assertEqual(0, feed.last(self.admin))


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
