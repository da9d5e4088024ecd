# SPDX-License-Identifier: Apache-2.0
"""A database that goes away and comes back, below a conductor."""

import concurrent.futures
import logging
import uuid

import fixtures as base_fixtures
import sqlalchemy as sa

from nova_actions import exception
from nova_actions.conductor import consumer
from nova_actions.db import api as db
from nova_actions.db import outage
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional.faults import proxy


class _Tests:
    def setUp(self):
        super().setUp()
        url = sa.make_url(self.conf.database.connection)
        self.proxy = self.useFixture(proxy.Proxy(url.port))
        self.conf.set_override(
            'connection',
            url.set(port=self.proxy.port).render_as_string(
                hide_password=False
            ),
            group='database',
        )
        self.conf.set_override('max_retries', 0, group='database')
        self.useFixture(
            base_fixtures.MonkeyPatch(
                'nova_actions.conductor.consumer.INTERVAL', 0.01
            )
        )
        self.log = self.useFixture(
            base_fixtures.FakeLogger(level=logging.INFO)
        )
        self.conductor = self.useFixture(fixtures.Conductor(self.conf))
        self.create()

    def create(self):
        uuid_ = str(uuid.uuid4())
        InstanceAction.action_start(self.new_context(), uuid_, 'create')
        return uuid_

    def is_taking(self):
        return self.conductor.service._consumer._server is not None

    def lines(self, text):
        return [line for line in self.log.output.splitlines() if text in line]

    def test_away_and_back(self):
        for number in (1, 2):
            self.proxy.cut()
            # A caller that is being served gets the error, and can retry.
            self.assertRaises(exception.DatabaseUnavailable, self.create)
            patience.wait_until('no calls taken', lambda: not self.is_taking())
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                # For others, or for later.
                sent = [pool.submit(self.create) for _ in range(4)]
                self.assertEqual([False] * 4, [each.done() for each in sent])
                self.proxy.mend()
                made = [each.result(patience.PATIENCE) for each in sent]
            for each in made:
                self.assertIsNotNone(db.instance_get(self.admin, each))
            patience.wait_until('calls taken', self.is_taking)
            for text in (
                'does not answer',
                'answers again',
                'No calls are taken',
                'Calls are taken again',
            ):
                patience.wait_until(
                    text,
                    lambda text=text, number=number: (
                        len(self.lines(text)) >= number
                    ),
                )
                self.assertEqual(number, len(self.lines(text)), text)
        self.assertNotIn('Traceback', self.log.output)

    def test_many_at_once_are_one_line(self):
        def fail(_number):
            self.assertRaises(
                exception.DatabaseUnavailable, db.instance_get, self.admin, 'x'
            )

        self.proxy.cut()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(fail, range(24)))
        self.assertEqual(1, len(self.lines('does not answer')))
        self.assertNotIn('Traceback', self.log.output)
        self.assertTrue(outage.is_known())
        self.assertFalse(consumer._answers())
        self.proxy.mend()
        patience.wait_until('the database', consumer._answers)
        self.assertFalse(outage.is_known())

    def test_the_end_while_it_is_away(self):
        self.proxy.cut()
        self.assertRaises(exception.DatabaseUnavailable, self.create)
        patience.wait_until('no calls taken', lambda: not self.is_taking())
        self.conductor.service.stop()


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'
