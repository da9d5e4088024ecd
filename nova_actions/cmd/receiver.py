# SPDX-License-Identifier: Apache-2.0
"""Sends actions as traces to a receiver of OpenTelemetry."""

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

#: The path for traces in OTLP's specification.
PATH = '/v1/traces'
#: Seconds between two attempts, each of which retries by itself.
RETRY = 5.0


class Receiver:
    """Takes traces over HTTP (OTLP), in protobuf.

    The library retries as OTLP's specification allows (429, 502, 503, 504 and
    lost connections, with ``Retry-After``), and reads
    ``OTEL_EXPORTER_OTLP_*``.

    :param endpoint: its URL; :data:`PATH` is added if it has no path. None:
        the environment's
    :param is_patient: whether to wait for as long as the receiver does not
        accept a request
    :raises Refusal: the URL is invalid
    """

    def __init__(self, endpoint: str | None, is_patient: bool) -> None:
        self._exporter = trace_exporter.OTLPSpanExporter(
            endpoint and _with_path(endpoint)
        )
        self._is_patient = is_patient

    def write(self, changes: Sequence[export.Change]) -> None:
        """Send the spans that end in some changes, and return when the
        receiver has accepted them.

        :raises Refusal: it has not
        """
        spans = trace.spans(changes)
        while spans and not self._is_taken(spans):
            if not self._is_patient:
                raise failure.Refusal(
                    'The receiver has not accepted the request. Nothing was '
                    'skipped: the next run sends it again.'
                )
            time.sleep(RETRY)

    def _is_taken(self, spans: Sequence[sdk_trace.ReadableSpan]) -> bool:
        try:
            result = self._exporter.export(spans)
        except OSError as error:
            # Older releases of the library raise it for a lost connection.
            LOG.warning(
                'The receiver does not answer: %s', type(error).__name__
            )
            return False
        return result is sdk.SpanExportResult.SUCCESS


def _with_path(endpoint: str) -> str:
    parts = urllib.parse.urlsplit(endpoint)
    if parts.scheme not in ('http', 'https') or not parts.netloc:
        raise failure.Refusal(
            f'--endpoint {endpoint}: it is not an http or https URL'
        )
    if parts.path in ('', '/'):
        parts = parts._replace(path=PATH)
    return parts.geturl()
