# SPDX-License-Identifier: Apache-2.0
"""Each format as its own library reads it."""

import importlib
import json
import warnings

from cloudevents.core.formats import json as cloudevents_json
from cloudevents.core.v1 import event as cloudevent
from google.protobuf import json_format
from hypothesis import given
from opentelemetry.proto.logs.v1 import logs_pb2
from oslotest import base
from pycadf import cadftaxonomy
from pycadf import event as cadf

from nova_actions import export
from nova_actions.tests.unit.export import changes


def line(name, change):
    """Return a change in a format, which is to be one line."""
    found = importlib.import_module(
        f'nova_actions.export.{export.FORMATS[name]}'
    ).line(change)
    assert found.splitlines() == [found], found
    return found


class FormatsTest(base.BaseTestCase):
    @given(changes.CHANGES)
    def test_ndjson(self, change):
        self.assertEqual(change, json.loads(line('ndjson', change)))

    @given(changes.CHANGES)
    def test_cadf(self, change):
        found = json.loads(line('cadf', change))
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            read = cadf.Event(
                eventType=found['eventType'],
                id=found['id'],
                eventTime=found['eventTime'],
                action=found['action'],
                outcome=found['outcome'],
                initiatorId=found['initiator']['id'],
                targetId=found['target']['id'],
                observerId=found['observer']['id'],
            )
            self.assertTrue(read.is_valid())
        self.assertEqual(change['id'], found['id'])
        self.assertEqual(change['server'], found['target']['id'])
        self.assertTrue(cadftaxonomy.is_valid_action(found['action']))
        for part in ('initiator', 'target', 'observer'):
            self.assertTrue(
                cadftaxonomy.is_valid_resource(found[part]['typeURI'])
            )
        self.assertEqual(change, found['attachments'][0]['content'])

    def test_outcomes_of_cadf(self):
        change = changes.example()
        told = {
            outcome: json.loads(line('cadf', {**change, 'outcome': outcome}))[
                'outcome'
            ]
            for outcome in changes.OUTCOMES
        }
        self.assertEqual(
            {
                None: 'pending',
                'Success': 'success',
                'Error': 'failure',
                'Interrupted': 'failure',
                'running': 'failure',
                'succeeded': 'success',
                'succeeded_after_retry': 'success',
                'failed': 'failure',
                'interrupted': 'failure',
            },
            told,
        )

    @given(changes.CHANGES)
    def test_cloudevents(self, change):
        read = cloudevents_json.JSONFormat().read(
            cloudevent.CloudEvent, line('cloudevents', change)
        )
        self.assertEqual(change['id'], read.get_id())
        self.assertEqual(
            f'org.openstack.nova_actions.{change["kind"]}', read.get_type()
        )
        self.assertEqual(change['server'], read.get_subject())
        self.assertEqual(change, read.get_data())

    @given(changes.CHANGES)
    def test_otlp(self, change):
        text = line('otlp-json', change)
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
