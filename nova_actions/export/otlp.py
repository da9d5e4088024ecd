# SPDX-License-Identifier: Apache-2.0
"""Changes as log records of OpenTelemetry (OTLP), in its JSON."""

import datetime

from google.protobuf import json_format
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1 import resource_pb2

from nova_actions import export
from nova_actions import version
from nova_actions import vocabulary
from nova_actions.db import status

#: The outcomes of failures.
FAILED = (
    vocabulary.RESULT_ERROR,
    vocabulary.RESULT_INTERRUPTED,
    status.FAILED,
    status.INTERRUPTED,
)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NAME = 'nova-actions'
VERSION = version.version_string()


def line(change: export.Change) -> str:
    """Return a change as a line without its newline: a ``LogsData`` of one
    record, as OpenTelemetry's file exporter writes them."""
    failed = change['outcome'] in FAILED
    record = logs_pb2.LogRecord(
        time_unix_nano=nanoseconds(change['at']),
        event_name=f'nova_actions.{change["kind"]}',
        severity_number=(
            logs_pb2.SEVERITY_NUMBER_ERROR
            if failed
            else logs_pb2.SEVERITY_NUMBER_INFO
        ),
        severity_text='ERROR' if failed else 'INFO',
        body=_text(
            f'{change["event"] or change["action"]} of '
            f'{change["server"]}: {change["outcome"] or "begun"}'
        ),
        attributes=[
            _attribute(f'nova_actions.{name}', value)
            for name, value in change.items()
            if value is not None
        ],
    )
    return str(
        json_format.MessageToJson(
            logs_pb2.LogsData(
                resource_logs=[
                    logs_pb2.ResourceLogs(
                        resource=resource_pb2.Resource(
                            attributes=[_attribute('service.name', NAME)]
                        ),
                        scope_logs=[
                            logs_pb2.ScopeLogs(
                                scope=common_pb2.InstrumentationScope(
                                    name=NAME, version=VERSION
                                ),
                                log_records=[record],
                            )
                        ],
                    )
                ]
            ),
            indent=None,
            use_integers_for_enums=True,
        )
    )


def nanoseconds(moment: str) -> int:
    """Return the time of a change in nanoseconds since 1970."""
    passed = datetime.datetime.fromisoformat(moment) - _EPOCH
    return passed // datetime.timedelta(microseconds=1) * 1000


def _text(value: str) -> common_pb2.AnyValue:
    return common_pb2.AnyValue(string_value=value)


def _attribute(key: str, value: str) -> common_pb2.KeyValue:
    return common_pb2.KeyValue(key=key, value=_text(value))
