# SPDX-License-Identifier: Apache-2.0
"""Changes are read in pages, each by who may see it."""

import datetime
import uuid

import sqlalchemy as sa

from nova_actions import exception
from nova_actions.db import api as db
from nova_actions.db.change import expiry
from nova_actions.db.change import kind
from nova_actions.db.change import numbering
from nova_actions.db.models import CHANGE_FEED
from nova_actions.db.models import CHANGE_QUEUE
from nova_actions.objects.change import ChangeList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class ChangeMixin:
    def setUp(self):
        super().setUp()
        self.cursor = ChangeList.get_by_cursor(self.context, 'owner').cursor

    def act(self, context=None, server=None):
        """Have an action with one step happen."""
        context = context or self.new_context()
        server = server or self.instance_uuid
        InstanceAction.action_start(context, server, 'create')
        InstanceActionEvent.event_start(context, server, 'step', host='cmp-1')
        InstanceActionEvent.event_finish(context, server, 'step', host='cmp-1')
        self.number()

    def number(self):
        """Number what is queued, also where a conductor has the lease."""
        while True:
            with db.begun() as connection:
                if connection.execute(sa.select(CHANGE_QUEUE)).first() is None:
                    return
                connection.execute(
                    sa.update(CHANGE_FEED).values(lease_end=None)
                )
            numbering.number(self.admin, 'test')

    def test_pages(self):
        """However many at once, each is read once, in their order."""
        for _number in range(3):
            self.act()
        whole = ChangeList.get_by_cursor(self.context, 'owner', self.cursor)
        self.assertEqual(
            [
                kind.ACTION_BEGUN,
                kind.STEP_BEGUN,
                kind.STEP_ENDED,
                kind.ACTION_ENDED,
            ]
            * 3,
            [each.kind for each in whole],
        )
        for limit in (1, 5):
            found, cursor = [], self.cursor
            while page := ChangeList.get_by_cursor(
                self.context, 'owner', cursor, limit
            ):
                self.assertLessEqual(len(page), limit)
                found += page.objects
                cursor = page.cursor
            self.assertEqual(
                [each.obj_to_primitive() for each in whole],
                [each.obj_to_primitive() for each in found],
            )

    def test_without_a_cursor(self):
        """Nothing is told, and what happens from then on is."""
        self.act()
        found = ChangeList.get_by_cursor(self.context, 'owner')
        self.assertEqual([], found.objects)
        self.act()
        self.assertEqual(
            4,
            len(ChangeList.get_by_cursor(self.context, 'owner', found.cursor)),
        )

    def test_projects(self):
        self.act()
        stranger = self.new_context(user_id='stranger', project_id='other')
        self.act(stranger, str(uuid.uuid4()))
        for context in (self.context, stranger):
            self.assertEqual(
                4,
                len(
                    ChangeList.get_by_cursor(
                        context, context.project_id, self.cursor
                    )
                ),
            )
        self.assertRaises(
            exception.PolicyNotAuthorized,
            ChangeList.get_by_cursor,
            stranger,
            'owner',
            self.cursor,
        )
        self.assertRaises(
            exception.PolicyNotAuthorized,
            ChangeList.get_by_cursor_anywhere,
            self.context,
            self.cursor,
        )
        for project, count in ((None, 8), ('other', 4)):
            self.assertEqual(
                count,
                len(
                    ChangeList.get_by_cursor_anywhere(
                        self.admin, self.cursor, project
                    )
                ),
            )

    def test_hosts(self):
        """They are for who may see them."""
        self.act()
        for found, host in (
            (
                ChangeList.get_by_cursor(self.context, 'owner', self.cursor),
                None,
            ),
            (
                ChangeList.get_by_cursor_anywhere(self.admin, self.cursor),
                'cmp-1',
            ),
        ):
            self.assertEqual(
                [None, host, host, None], [each.host for each in found]
            )

    def test_what_is_not_kept_any_more(self):
        self.act()
        expiry.expire(self.admin, datetime.timedelta(days=-1))
        self.assertRaises(
            exception.ChangesGone,
            ChangeList.get_by_cursor,
            self.context,
            'owner',
            self.cursor,
        )

    def test_a_cursor_of_somebody_else(self):
        self.assertRaises(
            exception.Invalid,
            ChangeList.get_by_cursor,
            self.context,
            'owner',
            self.cursor[:-1],
        )


class TestChangeLocal(ChangeMixin, base.ObjectTestCase):
    pass


class TestChangeRemote(ChangeMixin, base.ObjectTestCase):
    REMOTE = True
