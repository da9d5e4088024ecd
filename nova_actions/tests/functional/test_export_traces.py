# SPDX-License-Identifier: Apache-2.0
"""``nova-actions-manage export --format otlp``, into a receiver that refuses
now and then."""

import collections
import http.server
import pathlib
import subprocess
import sys
import threading
import uuid
from typing import Any

import fixtures as base_fixtures
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from nova_actions.db.change import numbering
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import base
from nova_actions.tests import patience
from nova_actions.tests.functional import process


class Receiver(http.server.ThreadingHTTPServer):
    """Takes traces over HTTP, as OTLP's specification has it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), _Handler)
        #: The statuses of the next answers; 200 after these.
        self.answers: collections.deque[int] = collections.deque()
        #: What it was sent, also where it refused.
        self.requests: list[
            tuple[str, trace_service_pb2.ExportTraceServiceRequest]
        ] = []
        #: The spans that it took.
        self.spans: list[Any] = []

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_address[1]}'


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length']))
        request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
        self.server.requests.append((self.path, request))
        status = self.server.answers.popleft() if self.server.answers else 200
        if self.headers['Content-Type'] != 'application/x-protobuf':
            status = 415
        if status == 200:
            self.server.spans += spans(request)
        answer = trace_service_pb2.ExportTraceServiceResponse()
        self.send_response(status)
        self.send_header('Content-Type', 'application/x-protobuf')
        if status in (429, 503):
            self.send_header('Retry-After', '0')
        self.end_headers()
        self.wfile.write(answer.SerializeToString())

    def log_message(self, format: str, *args: object) -> None:
        pass


def spans(request: Any) -> list[Any]:
    return [
        span
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


class TracesTest(base.ObjectTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(base_fixtures.TempDir()).path
        )
        self.state = self.folder / 'state'
        self.path = self.folder / 'nova-actions.conf'
        self.path.write_text(
            f'[database]\nconnection = {self.objects.database.url}\n',
            encoding='utf-8',
        )
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server_close)
        thread = threading.Thread(target=self.receiver.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.receiver.shutdown)

    def act(self, number: int = 1) -> None:
        """Have actions begin and fail."""
        for _each in range(number):
            self.context = self.new_context()
            InstanceAction.action_start(
                self.context, self.instance_uuid, 'create'
            )
            InstanceActionEvent.event_start(
                self.context, self.instance_uuid, 'compute_step', host='cmp-1'
            )
            InstanceActionEvent.event_finish_with_failure(
                self.context,
                self.instance_uuid,
                'compute_step',
                host='cmp-1',
                exc_val='No valid host was found.',
                exc_tb='',
            )
        while numbering.number(self.admin, 'test'):
            pass

    def command(self, *words: str) -> list[str]:
        return [
            sys.executable,
            '-m',
            'nova_actions.cmd.manage',
            '--config-file',
            str(self.path),
            'export',
            '--format',
            'otlp',
            *words,
        ]

    def send(
        self, *words: str, **environ: str
    ) -> 'subprocess.CompletedProcess[str]':
        return subprocess.run(
            self.command('--state', str(self.state), *words),
            check=False,
            text=True,
            capture_output=True,
            env={**process.clean_environ(), **environ},
        )

    def test_traces(self) -> None:
        self.act()
        done = self.send('--endpoint', self.receiver.url)
        self.assertEqual((0, ''), (done.returncode, done.stdout), done.stderr)
        ((path, request),) = self.receiver.requests
        self.assertEqual('/v1/traces', path)
        (resource,) = request.resource_spans
        self.assertIn(
            ('service.name', 'nova-actions'),
            [
                (each.key, each.value.string_value)
                for each in resource.resource.attributes
            ],
        )
        step, action = self.receiver.spans
        record = InstanceAction.get_by_request_id(
            self.context, self.instance_uuid, self.context.request_id
        )
        self.assertEqual(uuid.UUID(record.uuid).bytes, action.trace_id)
        self.assertEqual(
            (action.trace_id, action.span_id),
            (step.trace_id, step.parent_span_id),
        )
        self.assertEqual(('create', 'compute_step'), (action.name, step.name))
        for span in (step, action):
            self.assertEqual(
                trace_pb2.Status.STATUS_CODE_ERROR, span.status.code
            )
        self.assertIn(
            ('nova_actions.host', 'cmp-1'),
            [(each.key, each.value.string_value) for each in step.attributes],
        )
        # What was taken is not sent again.
        self.assertEqual(
            0, self.send('--endpoint', self.receiver.url).returncode
        )
        self.assertEqual(1, len(self.receiver.requests))

    def test_a_receiver_that_is_busy_is_asked_again(self) -> None:
        self.act()
        self.receiver.answers += [503, 429]
        done = self.send(
            OTEL_EXPORTER_OTLP_ENDPOINT=f'{self.receiver.url}/prefix'
        )
        self.assertEqual(0, done.returncode, done.stderr)
        (path, first), *others = self.receiver.requests
        self.assertEqual('/prefix/v1/traces', path)
        self.assertEqual(2, len(others))
        for _path, again in others:
            self.assertEqual(first, again)
        self.assertEqual(2, len(self.receiver.spans))

    def test_what_is_not_taken_is_sent_again(self) -> None:
        self.act()
        self.receiver.answers.append(400)
        words = ('--endpoint', self.receiver.url)
        done = self.send(*words, '--follow')
        self.assertEqual(4, done.returncode)
        self.assertIn('HTTP 400', done.stderr)
        self.assertIn('Nothing was skipped', done.stderr)
        self.assertFalse(self.state.exists())
        self.assertEqual(0, self.send(*words).returncode)
        (_path, refused), (_again, taken) = self.receiver.requests
        self.assertEqual(spans(refused), spans(taken))

    def test_killed_and_refused_it_loses_nothing(self) -> None:
        actions: set[bytes] = set()
        words = ('--follow', '--endpoint', self.receiver.url)
        for number in range(3):
            self.receiver.answers += [503] * number
            self.act(5)
            started = subprocess.Popen(
                self.command('--state', str(self.state), *words),
                env=process.clean_environ(),
                stderr=subprocess.DEVNULL,
            )
            self.addCleanup(started.wait)
            self.addCleanup(started.kill)
            patience.wait_until(
                'something is taken',
                lambda before=actions: self.actions() > before,
            )
            started.kill()
            started.wait()
            actions = self.actions()
        self.assertEqual(
            0, self.send('--endpoint', self.receiver.url).returncode
        )
        self.assertEqual(15, len(self.actions()))

    def actions(self) -> set[bytes]:
        """Return the ids of the actions that were taken."""
        return {
            span.trace_id
            for span in list(self.receiver.spans)
            if not span.parent_span_id
        }

    def test_what_cannot_be_used(self) -> None:
        done = self.send('--endpoint', 'collector:4318')
        self.assertEqual(2, done.returncode)
        self.assertIn('it is not an http or https URL', done.stderr)
        done = self.send('--endpoint', self.receiver.url, '--format', 'cadf')
        self.assertEqual(2, done.returncode)
        self.assertIn('--endpoint is for --format otlp only', done.stderr)
