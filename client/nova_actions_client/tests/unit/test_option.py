# SPDX-License-Identifier: Apache-2.0
"""Filters, and what is said of them."""

import argparse

from oslotest import base

from nova_actions_client import option


class TestNamed(base.BaseTestCase):
    def test_the_option_is_named(self):
        for said, option_name in (
            ('Invalid input for user_id: too long', '--user'),
            (
                'Invalid input for query parameter started_after. Value: x.',
                '--since',
            ),
            ('Invalid input for server_name: no', '--server'),
            ('Invalid input for after: no', '--after'),
        ):
            self.assertTrue(
                option.named(said).startswith(f'argument {option_name}: '),
                said,
            )

    def test_all_options_of_a_message_are_named(self):
        self.assertEqual(
            'argument --since: it must be earlier than --until',
            option.named(
                'Invalid input for started_after: it must be '
                'earlier than started_before'
            ),
        )

    def test_an_empty_value_is_a_value(self):
        parser = argparse.ArgumentParser()
        option.add(parser)
        args = parser.parse_args(['--server', '', '--project', ''])
        self.assertEqual(
            {'server_name': '', 'project_id': ''}, option.query(args, None)
        )

    def test_anything_else_is_as_it_is(self):
        self.assertEqual('No', option.named('No'))
