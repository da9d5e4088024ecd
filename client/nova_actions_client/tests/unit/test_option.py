# SPDX-License-Identifier: Apache-2.0
"""Filters, and what is said of them."""

import argparse

from oslotest import base

from nova_actions_client import option
from nova_actions_client import view
from nova_actions_client.tests.unit import web


class TestOption(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.parser = argparse.ArgumentParser()
        option.add(self.parser)

    def test_every_option_makes_its_parameter(self):
        for each in option.FILTERS:
            args = self.parser.parse_args([each.option, '90s'])
            self.assertEqual({each.parameter: '90s'}, option.query(args, None))
            self.assertIn(each.parameter, view.Query.__annotations__)

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

    def test_mine_needs_a_user(self):
        session = web.Session({})
        for user, token, found in (
            ('u', None, 'u'),
            (None, 'u:p:reader', 'u'),
            (None, 'secret', None),
            (None, None, None),
        ):
            session.user, session.token = user, token
            args = self.parser.parse_args(['--mine'])
            if found:
                self.assertEqual(
                    {'user_id': found}, option.query(args, session)
                )
            else:
                error = self.assertRaises(
                    argparse.ArgumentTypeError, option.query, args, session
                )
                self.assertIn('--mine', str(error))

    def test_an_empty_value_does_not_select_everything(self):
        parser = argparse.ArgumentParser(exit_on_error=False)
        option.add(parser)
        for name in (
            '--server',
            '--project',
            '--user',
            *(each.option for each in option.FILTERS),
        ):
            error = self.assertRaises(
                argparse.ArgumentError, parser.parse_args, [name, '']
            )
            self.assertIn(name, str(error))

    def test_anything_else_is_as_it_is(self):
        self.assertEqual('No', option.named('No'))
