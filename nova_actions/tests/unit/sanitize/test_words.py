# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import words
from nova_actions.tests.unit.sanitize import planted

MASKED = ('***', '[REDACTED]', '<hidden>', 'Bearer ****', 'xxxxxxxx')


class WordsTest(base.BaseTestCase):
    def test_passwords(self):
        make = planted.Maker(11)
        for _number in range(200):
            value = make.password()
            self.assertTrue(words.may_be_password(value), value)
            for sep in ('=', ':', '=>', ' is'):
                self.assertTrue(words.is_value(value, 'password', sep, False))
            self.assertTrue(words.is_quoted_value(value, 'password', '='))

    def test_what_stands_for_a_value(self):
        for value in (
            'None',
            'null',
            '%s',
            '${X}',
            '<password>',
            'self.token',
            'getpass.getpass(',
            'password',
            'test_create_server',
        ):
            self.assertTrue(words.is_code(value), value)
            for sep in ('=', ':'):
                self.assertFalse(words.is_value(value, 'token', sep, False))

    def test_what_somebody_has_masked(self):
        for value in MASKED:
            self.assertTrue(words.is_masked(value), value)
        for value in ('Kx9vQ2rT', 'hunter2', 'x' + '1' * 9):
            self.assertFalse(words.is_masked(value), value)

    def test_the_name_of_a_secret_of_kubernetes(self):
        for value, secret in (
            ('db-credentials', False),
            ('tls-secret', False),
            ('glossily-isolating-curliness', True),
        ):
            self.assertIs(
                secret, words.is_quoted_value(value, 'secret', ':'), value
            )

    def test_keys_that_are_harmless(self):
        for key in ('key_name', 'TOKEN_TYPE', 'secretRef', 'existingSecret'):
            self.assertTrue(words.harmless_key(key), key)
        for key in ('password', 'session_id', 'secretValue'):
            self.assertFalse(words.harmless_key(key), key)
