# SPDX-License-Identifier: Apache-2.0
"""Reading on, whatever the service answers."""

import itertools

from oslotest import base

from nova_actions_client import feed
from nova_actions_client import http

DOWN = http.Unreachable('HTTP 503')


def page(cursor, retry_after=0):
    return http.Answer({'changes': [], 'cursor': cursor}, retry_after)


class Service:
    """Answers what it is told to; what it is asked is in ``queries``."""

    def __init__(self, *answers):
        self._answers = iter(answers)
        self.queries = []

    def ask(self, path, query, timeout):
        assert timeout > query.get('wait', 0)
        self.queries.append(query)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


class TestFeed(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.pauses = []

    def read(self, count, *answers, cursor=None):
        """Return so many cursors, and what was asked for."""
        service = Service(*answers)
        pages = feed.Feed(
            service,
            {'all_projects': 'true', 'action': 'resize'},
            cursor,
            self.pauses.append,
        )
        return [
            each.cursor for each in itertools.islice(pages, count)
        ], service.queries

    def test_each_question_goes_on_after_the_answer_before(self):
        cursors, queries = self.read(3, page('a'), page('b'), page('c'))
        self.assertEqual(['a', 'b', 'c'], cursors)
        self.assertEqual(
            [None, 'a', 'b'], [query.get('after') for query in queries]
        )
        self.assertEqual(
            {'true'}, {query['all_projects'] for query in queries}
        )

    def test_a_cursor_of_before(self):
        cursors, queries = self.read(1, page('b'), cursor='a')
        self.assertEqual((['b'], 'a'), (cursors, queries[0]['after']))

    def test_a_service_that_is_away_is_asked_the_same_again(self):
        cursors, queries = self.read(2, page('a'), *[DOWN] * 9, page('b'))
        self.assertEqual(['a', 'b'], cursors)
        self.assertEqual({'a'}, {query['after'] for query in queries[1:]})
        self.assertEqual(9, len(self.pauses))
        self.assertLessEqual(max(self.pauses), feed.PAUSES[1])

    def test_a_service_that_was_never_there(self):
        self.assertRaises(http.Unreachable, self.read, 1, DOWN)

    def test_no_place_to_wait(self):
        self.read(2, page('a'), page('b', retry_after=5))
        self.assertEqual([], self.pauses)
        self.read(3, page('a'), page('b', retry_after=5), page('c'))
        self.assertEqual([5], self.pauses)

    def test_a_cursor_that_is_too_old(self):
        gone = http.Refused('not kept', 410, {})
        expired = self.assertRaises(
            feed.Expired, self.read, 2, page('a'), gone
        )
        self.assertIn('without --after', str(expired))

    def test_no_rights_any_more(self):
        self.assertRaises(
            http.Refused, self.read, 2, page('a'), http.Refused('no', 403, {})
        )
