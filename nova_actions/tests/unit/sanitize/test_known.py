# SPDX-License-Identifier: Apache-2.0
import types

from oslotest import base

from nova_actions import sanitize
from nova_actions.sanitize import naming


class TestSecretsOfCall(base.BaseTestCase):
    def found(self, token=None, **arguments):
        return list(
            sanitize.secrets_of_call(
                types.SimpleNamespace(auth_token=token), arguments
            )
        )

    def test_the_token(self):
        self.assertEqual(['opaque'], self.found('opaque'))
        self.assertEqual([], self.found())
        self.assertEqual([], list(sanitize.secrets_of_call(None, {})))

    def test_what_stands_under_a_name(self):
        self.assertEqual(['hunter22'], self.found(new_pass='hunter22'))
        self.assertEqual(
            ['hunter22', 'swordfish'],
            self.found(
                connection_info={
                    'data': {
                        'auth_password': 'hunter22',
                        'volume_id': 'harmless',
                    }
                },
                hosts=[{'secret': ['swordfish']}],
                instance=object(),
            ),
        )

    def test_a_url(self):
        self.assertIn(
            'hunter22', self.found(url='rabbit://nova:hunter22@bus:5672/')
        )

    def test_it_is_masked_wherever_it_stands(self):
        error = sanitize.Sanitizer().error(
            ValueError('cannot set swordfish for vm'),
            None,
            self.found(admin_password='swordfish'),
        )
        self.assertEqual('cannot set [REDACTED:F0] for vm', error.details)


class TestNames(base.BaseTestCase):
    def test_names_of_secrets(self):
        for name in (
            'new_pass',
            'admin_password',
            'injected_password',
            'auth_token',
            'adminPass',
            'private_key',
            'secret',
        ):
            self.assertTrue(naming.names_secret(name), name)

    def test_harmless_names(self):
        for name in (
            'instance',
            'key_name',
            'block_device_mapping',
            'image',
            'token_type',
            'host',
            'network_info',
            '',
        ):
            self.assertFalse(naming.names_secret(name), name)
