# SPDX-License-Identifier: Apache-2.0
"""GET /v1/changes: what has happened since."""

import datetime
import json
import threading
import uuid
from unittest import mock

import sqlalchemy as sa
from oslo_utils import timeutils

from nova_actions import context
from nova_actions.api import changes
from nova_actions.api import views
from nova_actions.api import waiting
from nova_actions.db import api as db
from nova_actions.db.change import expiry
from nova_actions.db.change import numbering
from nova_actions.db.models import CHANGES
from nova_actions.tests.unit.api import base


class ChangesTest(base.ApiTestCase):
    #: Two may wait.
    OVERRIDES = {'api__threads': 4}

    def setUp(self):
        super().setUp()
        self.admin = context.get_admin_context()
        self.cursor = self.ask()['cursor']

    def number(self):
        while numbering.number(self.admin, 'test'):
            pass

    def answer(self, token=base.READER, status=200, **params):
        found = self.get('/v1/changes', token, params=params)
        self.assertEqual(status, found.status_code, found.text)
        return found

    def ask(self, token=base.READER, **params):
        return self.answer(token, **params).json

    def kinds(self, found):
        return [each['kind'] for each in found['changes']]

    def test_changes_are_returned(self):
        request_id = self.record('create', error='disk full')
        self.number()
        found = self.ask(after=self.cursor)
        self.assertEqual(
            ['action_begun', 'step_begun', 'step_ended', 'action_ended'],
            self.kinds(found),
        )
        for each in found['changes']:
            self.assertEqual(
                (self.server, base.PROJECT, 'create', request_id),
                tuple(
                    each[name]
                    for name in (
                        'server',
                        'project_id',
                        'action',
                        'request_id',
                    )
                ),
            )
            self.assertNotIn('host', each)
        self.assertEqual(
            [None, None, 'Error', 'failed'],
            [each['outcome'] for each in found['changes']],
        )
        self.assertEqual([], self.ask(after=found['cursor'])['changes'])

    def test_each_page_goes_on_behind_the_one_before(self):
        self.record('create')
        self.number()
        whole = self.ask(after=self.cursor)['changes']
        for limit in (1, 3):
            cursor, told = self.cursor, []
            while page := self.ask(after=cursor, limit=limit):
                if not page['changes']:
                    break
                self.assertLessEqual(len(page['changes']), limit)
                told += page['changes']
                cursor = page['cursor']
            self.assertEqual(whole, told)

    def test_what_does_not_fit_is_on_the_next_page(self):
        self.record('create')
        self.number()
        whole = self.ask(after=self.cursor)['changes']
        size = max(len(json.dumps(each)) for each in whole)
        with mock.patch.object(views, 'MAX_BYTES', 2 * size + 10):
            first = self.ask(after=self.cursor)
        self.assertEqual(whole[:2], first['changes'])
        self.assertEqual(whole[2:], self.ask(after=first['cursor'])['changes'])

    def test_only_of_the_own_project(self):
        self.record('create', str(uuid.uuid4()), base.OTHER)
        self.number()
        found = self.ask(after=self.cursor)
        self.assertEqual([], found['changes'])
        for params in ({'all_projects': ''}, {'project_id': base.OTHER}):
            self.answer(status=403, after=self.cursor, **params)
            told = self.ask(base.ADMIN, after=self.cursor, **params)
            self.assertEqual(4, len(told['changes']))
            self.assertEqual(
                {None, 'host1'}, {each.get('host') for each in told['changes']}
            )

    def test_a_cursor_tells_nothing(self):
        before = self.ask(after=self.cursor)['cursor']
        self.record('create', str(uuid.uuid4()), base.OTHER)
        self.number()
        after = self.ask(after=self.cursor)['cursor']
        again = self.ask(after=self.cursor)['cursor']
        self.assertEqual(4, len({self.cursor, before, after, again}))
        self.assertEqual(1, len(set(map(len, (before, after, again)))))

    def test_what_is_not_kept_is_gone(self):
        self.record('create')
        self.number()
        with db.begun() as connection:
            connection.execute(
                sa.update(CHANGES).values(
                    created_at=timeutils.utcnow() - datetime.timedelta(days=8)
                )
            )
        expiry.expire(self.admin, datetime.timedelta(days=7))
        found = self.answer(status=410, after=self.cursor)
        self.assertEqual(410, found.json['gone']['code'])
        self.assertEqual([], self.ask(after=self.ask()['cursor'])['changes'])

    def test_what_cannot_be(self):
        for params in (
            {'after': 'x'},
            {'after': ''},
            {'wait': '-1'},
            {'wait': 'x'},
            {'limit': '0'},
            {'other': '1'},
        ):
            found = self.answer(status=400, **params)
            self.assertIn(
                next(iter(params)), found.json['badRequest']['message']
            )

    def test_a_waiting_client_is_answered(self):
        waits = threading.Event()

        def pause(_room, _seconds):
            waits.set()
            return True

        found = []
        with mock.patch.object(waiting.Room, 'pause', pause):
            thread = threading.Thread(
                target=lambda: found.append(
                    self.ask(after=self.cursor, wait=changes.MAX_WAIT)
                )
            )
            thread.start()
            waits.wait()
            self.record('create')
            self.number()
            thread.join()
        self.assertNotEqual([], found[0]['changes'])

    def test_who_has_no_place_is_answered_at_once(self):
        with mock.patch.object(waiting.Room, 'seat', autospec=True) as seat:
            seat.return_value.__enter__.return_value = False
            found = self.answer(after=self.cursor, wait=changes.MAX_WAIT)
        self.assertEqual(
            str(changes.RETRY_AFTER), found.headers['Retry-After']
        )
        self.assertEqual([], found.json['changes'])
        self.assertEqual([], self.ask(after=found.json['cursor'])['changes'])
