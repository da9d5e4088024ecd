# SPDX-License-Identifier: Apache-2.0
"""Actions as traces, as OpenTelemetry's own encoder writes them."""

import uuid

from hypothesis import given
from hypothesis import strategies
from opentelemetry.exporter.otlp.proto.common import trace_encoder
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2
from oslotest import base

from nova_actions.db.change import kind
from nova_actions.export import trace
from nova_actions.tests.unit.export import changes as changes_module

_SUCCEEDED, _FAILED = (
    trace_pb2.Status.STATUS_CODE_OK,
    (trace_pb2.Status.STATUS_CODE_ERROR),
)


def sent(changes):
    """Return spans as a receiver reads them."""
    raw = trace_encoder.encode_spans(trace.spans(changes)).SerializeToString()
    request = trace_service_pb2.ExportTraceServiceRequest.FromString(raw)
    return [
        span
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def attributes(span):
    return {each.key: each.value.string_value for each in span.attributes}


class TraceTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.action = str(uuid.uuid4())
        self.step = str(uuid.uuid4())

    def change(self, of_kind, outcome=None, event=None, **values):
        return {
            **changes_module.example(),
            'kind': of_kind,
            'outcome': outcome,
            'action_uuid': self.action,
            'event_uuid': event,
            'event': event and 'compute_reboot_instance',
            **values,
        }

    @given(strategies.lists(changes_module.CHANGES))
    def test_any(self, changes):
        """Whatever people have chosen is told, under the record's ids."""
        ended = [each for each in changes if each['kind'].endswith('ended')]
        spans = sent(ended)
        self.assertEqual(
            {each['event_uuid'] or each['action_uuid'] for each in ended},
            {
                each['event_uuid'] or each['action_uuid']
                for each in ended
                for span in spans
                if uuid.UUID(each['event_uuid'] or each['action_uuid']).bytes[
                    :8
                ]
                == span.span_id
            },
        )
        for span in spans:
            self.assertEqual((16, 8), (len(span.trace_id), len(span.span_id)))
            self.assertLessEqual(
                span.start_time_unix_nano, span.end_time_unix_nano
            )
            self.assertIn('nova_actions.project_id', attributes(span))

    def test_an_action_and_its_steps(self):
        changes = [
            self.change(kind.ACTION_BEGUN),
            self.change(kind.STEP_BEGUN, event=self.step),
            self.change(
                kind.STEP_ENDED,
                'Error',
                event=self.step,
                reason='no_valid_host',
                host='cmp-1',
                started_at='2026-11-27T11:59:59.000001Z',
                at='2026-11-27T12:00:00.000002Z',
            ),
            self.change(
                kind.ACTION_ENDED,
                'failed',
                started_at='2026-11-27T11:59:58.000000Z',
                at='2026-11-27T12:00:00.000002Z',
            ),
        ]
        step, action = sent(changes)
        for span in (step, action):
            self.assertEqual(uuid.UUID(self.action).bytes, span.trace_id)
            self.assertEqual(_FAILED, span.status.code)
        self.assertEqual(
            (b'', action.span_id), (action.parent_span_id, step.parent_span_id)
        )
        self.assertEqual(
            ('reboot', 'compute_reboot_instance'), (action.name, step.name)
        )
        self.assertEqual('no_valid_host', step.status.message)
        self.assertEqual(
            1_000_001_000, step.end_time_unix_nano - step.start_time_unix_nano
        )
        self.assertEqual(1_795_780_800_000_002_000, step.end_time_unix_nano)
        found = attributes(step)
        self.assertEqual(
            ('cmp-1', 'no_valid_host', 'Error'),
            tuple(
                found[f'nova_actions.{name}']
                for name in ('host', 'reason', 'outcome')
            ),
        )
        # It is told the same again.
        self.assertEqual([step, action], sent(changes))

    def test_outcomes(self):
        for outcome, code in (
            ('succeeded', _SUCCEEDED),
            ('succeeded_after_retry', _SUCCEEDED),
            ('failed', _FAILED),
        ):
            (span,) = sent([self.change(kind.ACTION_ENDED, outcome)])
            self.assertEqual(code, span.status.code)
        (span,) = sent(
            [self.change(kind.CLOSED, 'Interrupted', event=self.step)]
        )
        self.assertEqual(_FAILED, span.status.code)

    def test_the_last_end_counts(self):
        failed = self.change(kind.ACTION_ENDED, 'failed')
        again = self.change(kind.STEP_BEGUN, event=self.step)
        good = self.change(kind.ACTION_ENDED, 'succeeded_after_retry')
        (span,) = sent([failed, again, good])
        self.assertEqual(_SUCCEEDED, span.status.code)
        # While it goes on, it has not ended.
        self.assertEqual([], sent([failed, again]))

    def test_an_end_before_its_beginning(self):
        (span,) = sent(
            [
                self.change(
                    kind.ACTION_ENDED,
                    'failed',
                    started_at='2026-11-27T12:00:01.000000Z',
                    at='2026-11-27T12:00:00.000000Z',
                )
            ]
        )
        self.assertEqual(span.start_time_unix_nano, span.end_time_unix_nano)
