# SPDX-License-Identifier: Apache-2.0
"""A receiver of OpenTelemetry, to which actions are sent as traces."""

import logging
import time
import urllib.parse
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk import trace as sdk_trace
from opentelemetry.sdk.trace import export as sdk

from nova_actions import export
from nova_actions.cmd import failure
from nova_actions.export import trace

LOG = logging.getLogger(__name__)

#: Where a receiver takes traces, by OTLP's specification.
PATH = '/v1/traces'
#: Seconds between two attempts, each of which retries by itself.
RETRY = 5.0


class Receiver:
    """Takes traces over HTTP (OTLP), in protobuf.

    The library retries what OTLP's specification says may be retried (429,
    502, 503, 504 and lost connections, heeding ``Retry-After``), and is
    configured by ``OTEL_EXPORTER_OTLP_*``.

    :param endpoint: its URL, to which :data:`PATH` is added where it has no
        path; None means what the environment says
    :param is_patient: whether to wait for as long as the receiver does not
        take what it is sent
    :raises Refusal: the URL is none
    """

    def __init__(self, endpoint: str | None, is_patient: bool) -> None:
        self._exporter = trace_exporter.OTLPSpanExporter(
            endpoint and _with_path(endpoint)
        )
        self._is_patient = is_patient

    def write(self, changes: Sequence[export.Change]) -> None:
        """Send what has ended with some changes, and return once it is
        taken.

        :raises Refusal: it is not
        """
        spans = trace.spans(changes)
        while spans and not self._is_taken(spans):
            if not self._is_patient:
                raise failure.Refusal(
                    'The receiver has not taken what it was sent. Nothing was '
                    'skipped: the next run sends it again.'
                )
            time.sleep(RETRY)

    def _is_taken(self, spans: Sequence[sdk_trace.ReadableSpan]) -> bool:
        try:
            result = self._exporter.export(spans)
        except OSError as error:
            # Older releases of the library let a lost connection through.
            LOG.warning(
                'The receiver does not answer: %s', type(error).__name__
            )
            return False
        return result is sdk.SpanExportResult.SUCCESS


def _with_path(endpoint: str) -> str:
    parts = urllib.parse.urlsplit(endpoint)
    if parts.scheme not in ('http', 'https') or not parts.netloc:
        raise failure.Refusal(
            f'--endpoint {endpoint}: it is not a URL of http or https'
        )
    if parts.path in ('', '/'):
        parts = parts._replace(path=PATH)
    return parts.geturl()
