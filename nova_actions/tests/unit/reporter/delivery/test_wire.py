# SPDX-License-Identifier: Apache-2.0
import hypothesis
from oslotest import base as oslotest

from nova_actions.db import report
from nova_actions.objects import base as objects_base
from nova_actions.reporter.delivery import wire
from nova_actions.tests import base
from nova_actions.tests.unit.db import test_ledger


def a_step(uuid, server='s', project='p'):
    start = {
        'kind': 'start',
        'uuid': uuid,
        'name': 'n',
        'instance_uuid': server,
        'project_id': project,
        'start_time': 'then',
    }
    return start, {**start, 'kind': 'finish', 'result': 'Success'}


class TestMerge(oslotest.BaseTestCase):
    def merged(self, *batch):
        """Return of what is sent the uuids and kinds, and each one's
        place."""
        found = wire.merge(batch)
        return [
            each['uuid'] + each['kind'][0] for each in found.sent
        ], found.places

    def test_an_end_takes_the_place_of_its_beginning(self):
        (a, a_end), (b, b_end) = a_step('a'), a_step('b')
        self.assertEqual(
            (['af', 'bf'], [0, 1, 1, 0]), self.merged(a, b, b_end, a_end)
        )
        self.assertEqual((['as', 'bf'], [0, 1]), self.merged(a, b_end))

    def test_what_joins_or_ends_an_action_comes_when_it_came(self):
        a, a_end = a_step('a')
        for between in (
            a_step('b', project=None)[0],
            {**a, 'kind': 'end', 'uuid': 'b'},
            {**a, 'kind': 'action', 'uuid': 'b'},
        ):
            self.assertEqual([0, 1, 2], self.merged(a, between, a_end)[1])
        self.assertEqual(
            [0, 1, 0],
            self.merged(a, a_step('b', 'another', project=None)[0], a_end)[1],
        )

    def test_a_beginning_that_tells_more_is_sent(self):
        a, a_end = a_step('a')
        self.assertEqual([0, 1], self.merged({**a, 'details': 'x'}, a_end)[1])


class _Tests:
    def as_batch(self, reports):
        report.apply(self.admin, reports)

    def as_merged(self, reports):
        report.apply(self.admin, wire.merge(reports).sent)

    def test_a_story_told_by_fewer_reports(self):
        @hypothesis.settings(max_examples=4 * test_ledger.EXAMPLES)
        @hypothesis.given(test_ledger.STORIES)
        def check(story):
            whole, merged = (
                test_ledger.Teller(self.admin, way).tell(story)
                for way in (self.as_batch, self.as_merged)
            )
            self.assertEqual(whole, merged)

        check()


class TestSqlite(_Tests, base.ObjectTestCase):
    pass


class TestPostgresql(_Tests, base.ObjectTestCase):
    BACKEND = 'postgresql'


class TestWire(base.ObjectTestCase):
    def test_a_beginning_is_stored_whose_end_is_refused(self):
        action = {
            'kind': 'action',
            'name': 'create',
            'project_id': 'p',
            'user_id': 'u',
            'request_id': 'req-1',
            'uuid': self.instance_uuid,
            'instance_uuid': self.instance_uuid,
        }
        start = {**action, 'kind': 'start', 'host': 'h'}
        end = {**start, 'kind': 'finish', 'result': 'unheard of'}
        with objects_base.local():
            answers = wire.Wire('h', None).send([action, start, end])
        self.assertEqual(
            ['applied', 'applied', 'refused'],
            [each['verdict'] for each in answers],
        )
