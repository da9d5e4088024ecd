# SPDX-License-Identifier: Apache-2.0
"""Filters, and what is said of them."""

from oslotest import base

from nova_actions_client import option


class TestNamed(base.BaseTestCase):

    def test_the_option_is_named(self):
        for said, option_name in (
                ('Invalid input for user_id: too long', '--user'),
                ('Invalid input for query parameter started_after. Value: x.',
                 '--since'),
                ('Invalid input for server_name: no', '--server'),
                ('Invalid input for after: no', '--after')):
            self.assertTrue(option.named(said).startswith(
                f'argument {option_name}: '), said)

    def test_anything_else_is_as_it_is(self):
        self.assertEqual('No', option.named('No'))
