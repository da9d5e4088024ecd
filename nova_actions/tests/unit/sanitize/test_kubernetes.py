# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import kubernetes
from nova_actions.tests.unit.sanitize import rule


class KubernetesTest(rule.RuleTestCase):
    def test_data_of_a_secret(self):
        for text in (
            'kind: Secret\ndata:\n  user: YWRtaW4=\n  x: S3g5dlEyclQ=\n',
            '{"kind": "Secret", "data": {"user": "YWRtaW4=",'
            ' "x": "S3g5dlEyclQ="}}',
        ):
            self.assertEqual(
                ['YWRtaW4=', 'S3g5dlEyclQ='], self.found(kubernetes, text)
            )

    def test_data_of_anything_else(self):
        text = 'kind: ConfigMap\ndata:\n  user: YWRtaW4=\n'
        self.assertEqual([], self.found(kubernetes, text))
