# SPDX-License-Identifier: Apache-2.0
"""Expired changes are removed, and readers are told."""

import datetime

import fixtures
import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.change import expiry
from nova_actions.db.change import feed
from nova_actions.db.models import CHANGES
from nova_actions.tests import base
from nova_actions.tests.unit.db.change import base as change_base


class _Tests(change_base.Changes):
    def test_expired_changes_are_gone(self):
        self.begin('reboot', self.new_context())
        self.number()
        with db.begun() as connection:
            connection.execute(
                sa.update(CHANGES)
                .where(CHANGES.c.number == 1)
                .values(
                    created_at=timeutils.utcnow() - datetime.timedelta(days=8)
                )
            )
        self.assertFalse(expiry.expire(self.admin, datetime.timedelta(days=7)))
        self.assertRaises(exception.ChangesGone, self.told)
        self.assertEqual([2], [row['number'] for row in self.told(1)])
        self.assertEqual(2, feed.last(self.admin))
        self.assertEqual(1, feed.begin(self.admin))

    def test_only_old_changes_expire_a_batch_at_a_time(self):
        for _ in range(3):
            self.begin('reboot', self.new_context())
        age = datetime.timedelta(days=7)
        # Nothing has been numbered yet.
        self.assertFalse(expiry.expire(self.admin, age))
        self.number()
        self.assertFalse(expiry.expire(self.admin, age))
        self.assertEqual(0, feed.begin(self.admin))
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.change.expiry.BATCH', 2)
        )
        self.assertTrue(expiry.expire(self.admin, -age))
        self.assertEqual(2, feed.begin(self.admin))
        self.assertEqual([3, 4], [row['number'] for row in self.told(2)])


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
