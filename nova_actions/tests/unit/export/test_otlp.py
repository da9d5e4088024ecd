# SPDX-License-Identifier: Apache-2.0
"""Changes as a receiver of OpenTelemetry reads them."""

import json

from google.protobuf import json_format
from hypothesis import given
from opentelemetry.proto.logs.v1 import logs_pb2
from oslotest import base

from nova_actions.export import otlp
from nova_actions.tests.unit.export import changes


class OtlpTest(base.BaseTestCase):
    @given(changes.CHANGES)
    def test_otlp(self, change):
        text = changes.line(otlp, change)
        read = json_format.Parse(text, logs_pb2.LogsData())
        (record,) = read.resource_logs[0].scope_logs[0].log_records
        self.assertEqual(
            {
                f'nova_actions.{name}': value
                for name, value in change.items()
                if value is not None
            },
            {each.key: each.value.string_value for each in record.attributes},
        )
        # OTLP's JSON has numbers for enumerations, and texts for 64 bits.
        raw = json.loads(text)['resourceLogs'][0]['scopeLogs'][0][
            'logRecords'
        ][0]
        self.assertIn(raw['severityNumber'], (9, 17))
        self.assertEqual(str(record.time_unix_nano), raw['timeUnixNano'])
