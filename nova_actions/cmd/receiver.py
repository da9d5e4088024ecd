# SPDX-License-Identifier: Apache-2.0
"""Sends actions as traces to a receiver of OpenTelemetry."""

import logging
import os
import sys
import time
import urllib.parse
from collections.abc import Sequence
from typing import Any

import requests
import urllib3
from google.protobuf import message as protobuf
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.sdk import trace as sdk_trace
from opentelemetry.sdk.trace import export as sdk

from nova_actions import export
from nova_actions.cmd import failure
from nova_actions.export import trace

LOG = logging.getLogger(__name__)

#: The path for traces in OTLP's specification.
PATH = '/v1/traces'
#: Seconds between two attempts, each of which retries by itself; and the
#: longest ``Retry-After`` that is obeyed.
RETRY = 5.0
LONGEST = 3600.0
#: The statuses that OTLP's specification lets a client retry.
TRANSIENT = (429, 502, 503, 504)
#: The exit code when a receiver refuses for good.
REFUSED = 4


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
        if endpoint is None:
            _check_environment()
        session = requests.Session()
        # The exporter returns only whether it succeeded.
        session.hooks['response'].append(self._keep)
        self._exporter = trace_exporter.OTLPSpanExporter(
            endpoint and _with_path(endpoint), session=session
        )
        self._is_patient = is_patient
        #: The last one.
        self._answer: requests.Response | None = None

    def _keep(self, answer: requests.Response, **_options: Any) -> None:
        self._answer = answer

    def write(self, changes: Sequence[export.Change]) -> None:
        """Send the spans that end in some changes, and return when the
        receiver has accepted them.

        :raises Refusal: it has not; with :data:`REFUSED` if a retry would not
            help
        """
        spans = trace.spans(changes)
        if not spans:
            return
        while not self._is_taken(spans):
            if self._answer is not None and not _is_transient(self._answer):
                raise failure.Refusal(
                    f'The receiver refuses what it was sent: HTTP '
                    f'{_status(self._answer)}. Nothing was skipped: the next '
                    f'run sends it again. To leave out these {len(changes)} '
                    f'changes, go on with --after {changes[-1]["cursor"]}',
                    REFUSED,
                )
            if not self._is_patient:
                raise failure.Refusal(
                    f'The receiver {_fault(self._answer)}. Nothing was '
                    'skipped: the next run sends it again.'
                )
            time.sleep(_pause(self._answer))
        self._tell_rejected()

    def _tell_rejected(self) -> None:
        """Print how many spans of an accepted request the receiver has
        rejected. OTLP's specification forbids sending them again."""
        if self._answer is None:
            return
        try:
            partial = trace_service_pb2.ExportTraceServiceResponse.FromString(
                self._answer.content
            ).partial_success
        except protobuf.DecodeError:
            # Not every receiver answers as the specification says.
            return
        if partial.rejected_spans or partial.error_message:
            print(
                f'The receiver has rejected {partial.rejected_spans} spans: '
                f'{partial.error_message!r}',
                file=sys.stderr,
            )

    def _is_taken(self, spans: Sequence[sdk_trace.ReadableSpan]) -> bool:
        self._answer = None
        try:
            result = self._exporter.export(spans)
        except OSError as error:
            # Older releases of the library raise it for a lost connection.
            LOG.warning(
                'The receiver does not answer: %s', type(error).__name__
            )
            return False
        return result is sdk.SpanExportResult.SUCCESS and self._has_taken()

    def _has_taken(self) -> bool:
        """Tell whether the answer says that what was sent was taken; to the
        exporter a redirect is a success, too."""
        return self._answer is None or _takes(self._answer)


def _is_elsewhere(answer: requests.Response) -> bool:
    """Tell whether an answer is that of a page to which the receiver has
    redirected: a redirected request carries nothing."""
    return answer.request.method != 'POST'


def _takes(answer: requests.Response) -> bool:
    return 200 <= answer.status_code < 300 and not _is_elsewhere(answer)


def _is_transient(answer: requests.Response) -> bool:
    # If the connection breaks in the middle of an answer, the exporter fails
    # though the status is good.
    return _takes(answer) or (
        answer.status_code in TRANSIENT and not _is_elsewhere(answer)
    )


def _fault(answer: requests.Response | None) -> str:
    """Return why something was not taken that may be later."""
    if answer is None:
        return 'does not answer'
    if _takes(answer):
        return 'has broken off its answer'
    return f'answers HTTP {_status(answer)}'


def _status(answer: requests.Response) -> str:
    if _is_elsewhere(answer):
        return 'redirect'
    return f'{answer.status_code} {answer.reason or ""}'.rstrip()


def _pause(answer: requests.Response | None) -> float:
    """Return the seconds until the next attempt."""
    asked = None if answer is None else answer.headers.get('Retry-After')
    if asked is None:
        return RETRY
    try:
        seconds = urllib3.Retry().parse_retry_after(asked)
    except urllib3.exceptions.InvalidHeader:
        return RETRY
    return min(max(RETRY, seconds), LONGEST)


def _check_environment() -> None:
    """Check the URL of the environment, with which the exporter would fail
    again and again.

    :raises Refusal: it is invalid
    """
    for name in (
        'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
        'OTEL_EXPORTER_OTLP_ENDPOINT',
    ):
        endpoint = os.environ.get(name)
        if endpoint:
            _split(f'{name}={endpoint}', endpoint)
            return


def _split(where: str, endpoint: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(endpoint)
    except ValueError:
        parts = urllib.parse.SplitResult('', '', '', '', '')
    if parts.scheme not in ('http', 'https') or not parts.netloc:
        raise failure.Refusal(f'{where}: it is not an http or https URL')
    return parts


def _with_path(endpoint: str) -> str:
    parts = _split(f'--endpoint {endpoint}', endpoint)
    if parts.path in ('', '/'):
        parts = parts._replace(path=PATH)
    return parts.geturl()
