# SPDX-License-Identifier: Apache-2.0
import io
from unittest import mock

import fixtures
import requests
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
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
            self.exporter.assert_called_with(used, session=mock.ANY)
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


class AnswerTest(base.BaseTestCase):
    """What a receiver answers, to the real exporter."""

    def setUp(self):
        super().setUp()
        self.answers = []
        #: The methods of the requests.
        self.methods = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'requests.adapters.HTTPAdapter.send',
                lambda _adapter, request, **_options: self.answer(request),
            )
        )
        self.sleep = self.useFixture(
            fixtures.MockPatchObject(receiver.time, 'sleep', autospec=True)
        ).mock

    def answer(self, request):
        self.methods.append(request.method)
        answer = requests.Response()
        status, headers, answer._content = self.answers.pop(0)
        answer.status_code, answer.request = status, request
        answer.url = request.url
        answer.headers.update(headers)
        answer.raw = mock.Mock(_original_response=None)
        return answer

    def write(self, *answers, is_patient=True):
        self.answers[:] = answers
        change = {**changes.example(), 'cursor': 'xyz'}
        receiver.Receiver('http://collector', is_patient).write([change])
        self.assertEqual([], self.answers)

    def test_what_it_refuses_is_not_sent_again(self):
        for status in (400, 401, 404, 413, 500):
            for is_patient in (True, False):
                del self.methods[:]
                refusal = self.assertRaises(
                    failure.Refusal,
                    self.write,
                    (status, {}, b''),
                    is_patient=is_patient,
                )
                self.assertEqual(receiver.REFUSED, refusal.code)
                self.assertIn(f'HTTP {status}', str(refusal))
                self.assertIn('--after xyz', str(refusal))
                self.assertEqual(['POST'], self.methods)
        self.sleep.assert_not_called()

    def test_a_redirect_takes_nothing(self):
        refusal = self.assertRaises(
            failure.Refusal,
            self.write,
            (302, {'Location': 'http://collector/login'}, b''),
        )
        self.assertEqual(receiver.REFUSED, refusal.code)
        # Other releases of the exporter follow it.
        followed = requests.Response()
        followed.status_code = 200
        for method, is_taken in (('POST', True), ('GET', False)):
            followed.request = requests.Request(
                method, 'http://collector/login'
            ).prepare()
            self.assertEqual(is_taken, receiver._takes(followed))

    def test_what_it_has_rejected_is_printed(self):
        printed = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', printed))
        answer = trace_service_pb2.ExportTraceServiceResponse()
        self.write((200, {}, answer.SerializeToString()))
        self.write((200, {}, b'taken'))
        self.assertEqual('', printed.getvalue())
        answer.partial_success.rejected_spans = 2
        answer.partial_success.error_message = 'too\nold'
        self.write((200, {}, answer.SerializeToString()))
        self.assertEqual(
            "The receiver has rejected 2 spans: 'too\\nold'\n",
            printed.getvalue(),
        )

    def test_a_connection_that_breaks_in_an_answer(self):
        broken = requests.Response()
        broken.status_code = 200
        broken.request = requests.Request('POST', 'http://collector').prepare()
        self.assertTrue(receiver._is_transient(broken))
        self.assertIn('broken off', receiver._fault(broken))

    def test_why_it_has_not_taken_something(self):
        busy = requests.Response()
        busy.status_code, busy.reason = 503, 'Service Unavailable'
        busy.request = requests.Request('POST', 'http://collector').prepare()
        for answer, fault in (
            (None, 'does not answer'),
            (busy, 'answers HTTP 503 Service Unavailable'),
        ):
            self.assertEqual(fault, receiver._fault(answer))
            with fixtures.MockPatchObject(
                receiver.Receiver, '_is_taken', autospec=True
            ) as taken:

                def refuse(self, _spans, answer=answer):
                    self._answer = answer
                    return False

                taken.mock.side_effect = refuse
                refusal = self.assertRaises(
                    failure.Refusal, self.write, is_patient=False
                )
            self.assertIn(f'The receiver {fault}.', str(refusal))

    def test_the_url_of_the_environment(self):
        for name in (
            'OTEL_EXPORTER_OTLP_ENDPOINT',
            'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
        ):
            for url, is_good in (
                ('http://collector', True),
                ('localhost:4318', False),
                ('http://[::1', False),
            ):
                self.useFixture(fixtures.EnvironmentVariable(name, url))
                if is_good:
                    receiver.Receiver(None, True)
                    continue
                refusal = self.assertRaises(
                    failure.Refusal, receiver.Receiver, None, True
                )
                self.assertIn(f'{name}={url}', str(refusal))

    def test_pauses(self):
        for asked, pause in (
            (None, receiver.RETRY),
            ('0', receiver.RETRY),
            ('60', 60.0),
            ('9' * 30, receiver.LONGEST),
            ('Wed, 21 Oct 2015 07:28:00 GMT', receiver.RETRY),
            ('soon', receiver.RETRY),
        ):
            answer = requests.Response()
            if asked is not None:
                answer.headers['Retry-After'] = asked
            self.assertEqual(pause, receiver._pause(answer))
        self.assertEqual(receiver.RETRY, receiver._pause(None))

    def test_one_that_is_busy_is_asked_again_later(self):
        self.write(
            # Longer than the exporter itself waits.
            (503, {'Retry-After': '600'}, b''),
            (429, {'Retry-After': '700'}, b''),
            (200, {}, b''),
        )
        self.assertEqual(
            [mock.call(600), mock.call(700)], self.sleep.mock_calls
        )
