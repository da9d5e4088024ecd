# SPDX-License-Identifier: Apache-2.0
"""What is usual for a kind of action, and how many failed alike."""

import math
import uuid

import hypothesis
from hypothesis import strategies
from oslo_utils import timeutils
from oslotest import base as oslo_base

from nova_actions import exception
from nova_actions.db.search import detail
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base


class TestPercentile(oslo_base.BaseTestCase):
    @hypothesis.given(
        strategies.lists(strategies.integers(0), min_size=1),
        strategies.integers(1, 100),
    )
    def test_so_many_are_not_above(self, values, percent):
        values.sort()
        found = detail._percentile(values, percent)
        wanted = math.ceil(len(values) * percent / 100)
        self.assertGreaterEqual(
            sum(value <= found for value in values), wanted
        )
        self.assertLess(sum(value < found for value in values), wanted)


class _Tests:
    def act(self, name, result, reason=None, host='h'):
        """Record an action with one step; return its uuid."""
        context = self.new_context()
        action = InstanceAction.action_start(context, self.instance_uuid, name)
        now, handle = timeutils.utcnow(), str(uuid.uuid4())
        ReportList.apply(
            self.admin,
            ReportList(
                objects=[
                    Report(
                        instance_uuid=self.instance_uuid,
                        name='step',
                        host=host,
                        request_id=context.request_id,
                        uuid=handle,
                        kind=kind,
                        **values,
                    )
                    for kind, values in (
                        ('start', {'start_time': now}),
                        (
                            'finish',
                            {
                                'finish_time': now,
                                'result': result,
                                'reason': reason,
                            },
                        ),
                    )
                ]
            ),
        )
        return action.uuid

    def setUp(self):
        super().setUp()
        self.act('create', 'Success')

    def alike(self, action):
        row, _steps = detail.get(self.admin, action, 10, None)
        return detail.alike(self.admin, row, None)

    def test_alike_is_of_the_same_kind_and_reason(self):
        found = self.act('resize', 'Error', 'quota')
        for name, reason, host in (
            ('resize', 'quota', 'h'),
            ('resize', 'quota', 'i'),
            ('resize', 'timeout', 'h'),
            ('reboot', 'quota', 'h'),
        ):
            self.act(name, 'Error', reason, host)
        self.act('resize', 'Success')
        self.assertEqual((2, {'h': 1, 'i': 1}), self.alike(found))

    def test_usual_is_of_what_went_well(self):
        self.assertIsNone(detail.usual(self.admin, 'resize', None))
        self.act('resize', 'Error')
        self.assertIsNone(detail.usual(self.admin, 'resize', None))
        self.act('resize', 'Success')
        p50, p95, count = detail.usual(self.admin, 'resize', None)
        self.assertEqual((p50, 1), (p95, count))
        self.assertIsNone(detail.usual(self.admin, 'resize', 'other'))

    def test_which_actions_an_identifier_means(self):
        found = self.act('resize', 'Success')
        request = detail.get(self.admin, found, 10, None)[0]['request_id']
        for name in (found, found.upper(), found[:8], request):
            self.assertEqual(
                [found],
                [
                    row['uuid']
                    for row in detail.identify(self.admin, name, None)
                ],
            )
            self.assertEqual([], detail.identify(self.admin, name, 'other'))
        self.assertEqual([], detail.identify(self.admin, found[:7], None))

    def test_a_marker_is_one_of_its_steps(self):
        found = self.act('resize', 'Success')
        self.assertRaises(
            exception.MarkerNotFound, detail.get, self.admin, found, 10, found
        )


class TestSqlite(_Tests, base.ObjectTestCase):
    BACKEND = 'sqlite'


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestMysql(_Tests, base.ObjectTestCase):
    BACKEND = 'mysql'
