# SPDX-License-Identifier: Apache-2.0
from unittest import mock

import fixtures
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace import export as sdk
from oslotest import base

from nova_actions.cmd import failure
from nova_actions.cmd import receiver
from nova_actions.tests.unit.export import changes

_TAKEN = sdk.SpanExportResult.SUCCESS
_REFUSED = sdk.SpanExportResult.FAILURE


class ReceiverTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.exporter = self.useFixture(
            fixtures.MockPatchObject(
                trace_exporter, 'OTLPSpanExporter', autospec=True
            )
        ).mock
        self.export = self.exporter.return_value.export
        self.sleep = self.useFixture(
            fixtures.MockPatchObject(receiver.time, 'sleep', autospec=True)
        ).mock

    def test_endpoints(self):
        for given, used in (
            (None, None),
            ('http://collector:4318', 'http://collector:4318/v1/traces'),
            ('https://collector/', 'https://collector/v1/traces'),
            ('http://collector/otlp/traces', 'http://collector/otlp/traces'),
        ):
            receiver.Receiver(given, False)
            self.exporter.assert_called_with(used)
        for wrong in ('collector:4318', 'ftp://collector', 'http://', '/v1'):
            self.assertRaises(failure.Refusal, receiver.Receiver, wrong, False)

    def test_one_that_waits(self):
        self.export.side_effect = [_REFUSED, ConnectionError('gone'), _TAKEN]
        receiver.Receiver(None, True).write([changes.example()])
        self.assertEqual(
            [mock.call(receiver.RETRY)] * 2, self.sleep.mock_calls
        )
        first, *others = (each.args for each in self.export.mock_calls)
        self.assertEqual([first] * 2, others)

    def test_one_that_does_not(self):
        self.export.side_effect = [_REFUSED, ConnectionError('gone')]
        sender = receiver.Receiver(None, False)
        for _ in range(2):
            self.assertRaises(
                failure.Refusal, sender.write, [changes.example()]
            )
        self.sleep.assert_not_called()

    def test_nothing_has_ended(self):
        begun = {**changes.example(), 'kind': changes.kind.ACTION_BEGUN}
        receiver.Receiver(None, False).write([begun])
        self.export.assert_not_called()
