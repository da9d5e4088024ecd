# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import credentials
from nova_actions.tests.unit.sanitize import rule


class CredentialsTest(rule.RuleTestCase):
    def test_what_proves_something(self):
        for text, secrets in (
            (
                'Digest username="nova", nonce="abc",'
                ' response="6629fae49393a05397450978507c4ef1"',
                ['6629fae49393a05397450978507c4ef1'],
            ),
            (
                'OAuth oauth_consumer_key="x", oauth_token="Kx9vQ2rT",'
                ' oauth_signature="tnnArxj06cWHq44gCs1OSKk"',
                ['Kx9vQ2rT', 'tnnArxj06cWHq44gCs1OSKk'],
            ),
        ):
            self.assertEqual(secrets, self.found(credentials, text))

    def test_what_is_said_of_it(self):
        for text in (
            'Digest realm="nova", qop="auth", algorithm=MD5',
            'OAuth oauth_version="1.0", scope="a b"',
        ):
            self.assertEqual([], self.found(credentials, text), text)
