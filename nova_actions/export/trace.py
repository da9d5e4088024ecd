# SPDX-License-Identifier: Apache-2.0
"""Actions as traces of OpenTelemetry: an action is a trace, what it and each
of its steps did are spans.

A span is told once it has ended. The ids are those of the record, so that
telling it again tells the same span: the trace's id is the action's uuid, a
span's id the first half of the uuid of the action or of the step.
"""

import uuid
from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.sdk import resources
from opentelemetry.sdk import trace as sdk
from opentelemetry.sdk.util import instrumentation

from nova_actions import export
from nova_actions.db.change import kind
from nova_actions.export import otlp

_RESOURCE = resources.Resource.create(
    {
        resources.SERVICE_NAME: otlp.NAME,
        resources.SERVICE_VERSION: otlp.VERSION,
    }
)
_SCOPE = instrumentation.InstrumentationScope(otlp.NAME, otlp.VERSION)
_BEGINS = (kind.ACTION_BEGUN, kind.STEP_BEGUN)
#: What a span says in another way, or what is of the change alone.
_NOT_ATTRIBUTES = ('id', 'cursor', 'kind', 'at', 'started_at')


def spans(changes: Iterable[export.Change]) -> list[sdk.ReadableSpan]:
    """Return the spans that have ended with some changes, in their order.

    Of an action or a step that ends more than once among them, the last end
    counts: an action seems to end between an attempt and the next one.
    """
    ended: dict[str, export.Change] = {}
    for each in changes:
        if each['kind'] in _BEGINS:
            ended.pop(each['action_uuid'], None)
        else:
            it = each['event_uuid'] or each['action_uuid']
            ended.pop(it, None)
            ended[it] = each
    return [_span(each) for each in ended.values()]


def _span(change: export.Change) -> sdk.ReadableSpan:
    at = otlp.nanoseconds(change['at'])
    began = otlp.nanoseconds(change['started_at'] or change['at'])
    event = change['event_uuid']
    return sdk.ReadableSpan(
        name=change['event'] or change['action'],
        context=_context(change, event or change['action_uuid']),
        parent=_context(change, change['action_uuid']) if event else None,
        resource=_RESOURCE,
        attributes={
            f'nova_actions.{name}': value
            for name, value in change.items()
            if value is not None and name not in _NOT_ATTRIBUTES
        },
        kind=trace.SpanKind.INTERNAL,
        instrumentation_scope=_SCOPE,
        status=trace.Status(trace.StatusCode.ERROR, change['reason'])
        if change['outcome'] in otlp.FAILED
        else trace.Status(trace.StatusCode.OK),
        start_time=min(began, at),
        end_time=at,
    )


def _context(change: export.Change, of: str) -> trace.SpanContext:
    return trace.SpanContext(
        trace_id=uuid.UUID(change['action_uuid']).int,
        span_id=uuid.UUID(of).int >> 64,
        is_remote=False,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
