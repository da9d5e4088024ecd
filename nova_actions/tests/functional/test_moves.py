# SPDX-License-Identifier: Apache-2.0
"""The way of a call is short enough to be read."""

import contextlib
import json
from typing import Any
from unittest import mock

import testtools
from oslo_messaging import transport as oslo_transport

from nova_actions import reporter
from nova_actions.conductor import manager
from nova_actions.conductor import rpcapi
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.instance_action_event import InstanceActionEventList
from nova_actions.reporter.delivery import sender
from nova_actions.rpc import dispatcher
from nova_actions.tests import fixtures
from nova_actions.tests import moves
from nova_actions.tests.unit.api import base
from nova_actions.tests.unit.reporter import base as reporter_base

EVENTS = (
    'conductor_migrate_server',
    'compute_reboot_instance',
    'compute__do_finish',
)


class ShortTestCase(testtools.TestCase):
    def assert_short(self, function, files, changes):
        # What happens once only has happened after this.
        function()
        found, changed = moves.count(function)
        self.assertLessEqual(len(found), files, sorted(found))
        self.assertLessEqual(changed, changes)


class TestShow(ShortTestCase, base.ApiTestCase):
    def setUp(self):
        super().setUp()
        writer = fixtures.make_context(project_id=base.PROJECT)
        InstanceAction.action_start(writer, self.server, 'create')
        for name in EVENTS:
            InstanceActionEvent.event_start(writer, self.server, name)
            InstanceActionEvent.event_finish(writer, self.server, name)
        self.request_id = writer.request_id

    def test_of_objects(self):
        def show():
            context = fixtures.make_context(project_id=base.PROJECT)
            action = InstanceAction.get_by_request_id(
                context, self.server, self.request_id
            )
            events = InstanceActionEventList.get_by_action(context, action.id)
            self.assertEqual(3, len(events))

        self.assert_short(show, files=20, changes=60)

    def test_over_http(self):
        def show():
            answer = self.get(f'{self.path}/{self.request_id}', version='2.84')
            self.assertEqual(3, len(answer.json['instanceAction']['events']))

        self.assert_short(show, files=37, changes=115)


class Incoming:
    """A message as oslo.messaging hands it to a dispatcher."""

    client_timeout = 0

    def __init__(self, ctxt: Any, message: Any) -> None:
        self.ctxt, self.message = ctxt, message


class InThread(oslo_transport.RPCTransport):
    """A bus with a conductor behind it that works in the caller's thread."""

    def __init__(self, conf: Any) -> None:
        self.conf = conf
        self._dispatcher = dispatcher.get_dispatcher(
            [manager.ConductorManager()]
        )

    def _require_driver_features(self, **features: Any) -> None:
        """It has them all."""

    def _send(
        self, target: Any, ctxt: Any, message: Any, **options: Any
    ) -> Any:
        message['version'] = target.version
        sent = json.loads(json.dumps([ctxt, message]))
        answer = self._dispatcher.dispatch(Incoming(*sent))
        return json.loads(json.dumps(answer))


class TestReport(ShortTestCase, reporter_base.ReporterTestCase):
    """A report's way from the reporter to the row: through the spool, the
    delivery, the bus and the conductor, one after the other in this
    thread."""

    # Nothing but this report is sent.
    SETTINGS = {'heartbeat_interval': 3600.0}

    def setUp(self):
        with mock.patch.object(sender.Delivery, 'start', autospec=True):
            super().setUp()
            objects_base.set_remote(
                rpcapi.ConductorAPI(self.conf, InThread(self.conf))
            )
            self.addCleanup(objects_base.set_remote, None)
            self.delivery = self.recording.recorder.open()
        # It is stopped with the recorder.
        self.addCleanup(self.delivery.start)
        self.create()

    def flush(self):
        self.delivery._step(sender._now())

    def test_of_a_start(self):
        steps = contextlib.ExitStack()
        self.addCleanup(steps.close)

        def start():
            steps.enter_context(
                reporter.EventReporter(
                    self.context, EVENTS[1], 'here', self.instance_uuid
                )
            )
            self.flush()

        self.assert_short(start, files=41, changes=137)
        self.assertEqual(2, len(self.events()) - 1)
