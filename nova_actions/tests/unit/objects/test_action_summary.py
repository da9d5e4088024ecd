# SPDX-License-Identifier: Apache-2.0
"""A search finds actions page by page."""

import uuid

from nova_actions import exception
from nova_actions.objects.action_summary import ActionSummaryList
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base


class ActionSummaryMixin:
    def setUp(self):
        super().setUp()
        for number in range(5):
            self.act(self.new_context(), number % 2)

    def act(self, context, is_bad=False, server=None):
        server = server or self.instance_uuid
        InstanceAction.action_start(context, server, 'create')
        InstanceActionEvent.event_start(context, server, 'step', host='cmp-1')
        InstanceActionEvent.event_finish_with_failure(
            context,
            server,
            'step',
            exc_val='disk full' if is_bad else None,
            exc_tb='  File "x", line 1\n' if is_bad else None,
            host='cmp-1',
        )

    def search(self, limit=None, cursor=None, context=None, **terms):
        return ActionSummaryList.get_by_terms(
            context or self.context, 'owner', terms, limit, cursor
        )

    def test_pages(self):
        for terms in (
            {},
            {'status': ['failed']},
            {'sort': ['updated_at:asc']},
        ):
            whole = [each.uuid for each in self.search(**terms)]
            self.assertEqual(2 if 'status' in terms else 5, len(whole))
            for limit in (1, 2, 5):
                found, cursor = [], None
                while True:
                    page = self.search(limit, cursor, **terms)
                    found += [each.uuid for each in page]
                    cursor = page.cursor
                    if cursor is None:
                        break
                    self.assertEqual(limit, len(page))
                self.assertEqual(whole, found)

    def test_all_pages_are_of_one_time(self):
        """Relative times mean the same on each."""
        first = self.search(2, started_after=['1h'])
        second = self.search(2, first.cursor, started_after=['1h'])
        self.assertEqual(
            (first.asked_at, first.started_after),
            (second.asked_at, second.started_after),
        )

    def test_a_cursor_of_another_search(self):
        cursor = self.search(2).cursor
        self.assertRaises(
            exception.Invalid,
            self.search,
            2,
            cursor,
            status=['failed'],
        )

    def test_hosts(self):
        """They are neither shown to others nor found by them."""
        self.assertEqual({None}, {each.hosts for each in self.search()})
        self.assertRaises(
            exception.PolicyNotAuthorized, self.search, host=['cmp-1']
        )
        found = ActionSummaryList.get_by_terms_anywhere(
            self.admin, {'host': ['cmp-1']}
        )
        self.assertEqual([['cmp-1']] * 5, [each.hosts for each in found])

    def test_projects(self):
        other = self.new_context(project_id='other', user_id='stranger')
        self.act(other, server=str(uuid.uuid4()))
        self.assertEqual({'owner'}, {each.owner_id for each in self.search()})
        self.assertRaises(
            exception.PolicyNotAuthorized, self.search, context=other
        )
        for project, count in ((None, 6), ('other', 1), ('owner', 5)):
            found = ActionSummaryList.get_by_terms_anywhere(
                self.admin, {}, project
            )
            self.assertEqual(count, len(found))


class TestActionSummaryLocal(ActionSummaryMixin, base.ObjectTestCase):
    pass


class TestActionSummaryRemote(ActionSummaryMixin, base.ObjectTestCase):
    REMOTE = True
