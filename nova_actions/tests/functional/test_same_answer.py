# SPDX-License-Identifier: Apache-2.0
"""What is another project's looks like what does not exist: the same answer,
after the same statements in the database."""

import types
import uuid
from unittest import mock

from nova_actions import exception
from nova_actions.cells import registry
from nova_actions.objects.instance_action import InstanceActionList
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import fixtures_cells
from nova_actions.tests.functional import access
from nova_actions.tests.unit.api import base as api_base

STRANGERS = ('other member', 'other reader')


def nowhere():
    """Return names as of a Ground, of things that do not exist."""
    return types.SimpleNamespace(
        uuid=str(uuid.uuid4()),
        request_id=f'req-{uuid.uuid4()}',
        action=types.SimpleNamespace(id=987654, uuid=str(uuid.uuid4())),
        event=types.SimpleNamespace(id=987654, uuid=str(uuid.uuid4())),
    )


class _Objects:
    def setUp(self):
        super().setUp()
        self.foreign = access.Ground(failed=True)
        # As a process that has been at work: it knows the owner by heart.
        InstanceActionList.get_by_instance_uuid(self.admin, self.foreign.uuid)
        self.statements = self.useFixture(fixtures.Statements())

    def outcome(self, function, *args, **kwargs):
        """Return the error and the statements of a call."""
        self.statements.seen.clear()
        error = self.assertRaises(
            exception.ActionsException, function, *args, **kwargs
        )
        return type(error), str(error), list(self.statements.seen)

    def test_every_call_of_a_stranger(self):
        for what, call in access.CALLS.items():
            for persona in STRANGERS:
                foreign, unknown = (
                    self.outcome(
                        call,
                        ground,
                        access.context_of(
                            access.PERSONAS[persona],
                            request_id=ground.request_id,
                        ),
                    )
                    for ground in (self.foreign, nowhere())
                )
                self.assertTrue(
                    issubclass(foreign[0], exception.Forbidden), what
                )
                self.assertEqual(foreign, unknown, (what, persona))

    def test_every_read_of_a_service(self):
        for what, call in access.CALLS.items():
            if access.rule_of(what) not in ('list', 'show'):
                continue
            self.assertEqual(
                *(
                    self.outcome(
                        call,
                        ground,
                        access.context_of(
                            access.PERSONAS['service'],
                            request_id=ground.request_id,
                        ),
                    )[:2]
                    for ground in (self.foreign, nowhere())
                ),
                what,
            )

    def own(self):
        """Return a server of the stranger's, and his context."""
        caller = access.context_of(access.PERSONAS['other member'])
        server = str(uuid.uuid4())
        access.InstanceAction.action_start(caller, server, 'create')
        access.InstanceActionEvent.event_start(caller, server, 'compute_x')
        return caller, server

    def test_foreign_names_at_an_own_server(self):
        caller, server = self.own()
        action = access.InstanceAction.get_by_request_id(
            caller, server, caller.request_id
        )
        event = access.InstanceActionEvent
        for there, nothing in ((self.foreign, nowhere()),):
            for call in (
                lambda g: event.event_finish(
                    caller, server, 'compute_x', uuid=g.event.uuid
                ),
                lambda g: event.event_finish(
                    caller, server, 'compute_x', host='h', uuid=g.event.uuid
                ),
            ):
                self.assertEqual(
                    self.outcome(call, there), self.outcome(call, nothing)
                )
            for call in (
                lambda g: event.get_by_id(caller, action.id, g.event.id),
                lambda g: event(
                    caller, action_id=action.id, id=g.event.id
                ).finish(),
                lambda g: InstanceActionList.get_by_instance_uuid(
                    caller, server, marker=g.request_id
                ),
            ):
                known, unknown = (
                    self.outcome(call, each) for each in (there, nothing)
                )
                self.assertEqual(
                    (known[0], known[2]), (unknown[0], unknown[2])
                )
        self.assertIsNone(
            access.InstanceAction.get_by_request_id(
                caller, server, self.foreign.request_id
            )
        )


class TestLocal(_Objects, base.ObjectTestCase):
    pass


class TestRemote(_Objects, base.ObjectTestCase):
    REMOTE = True


class TestCells(base.ObjectTestCase):
    """With a cell attached, a stranger has every cell asked, always."""

    def setUp(self):
        super().setUp()
        self.cell = self.useFixture(fixtures_cells.Cell(self.conf, 'sqlite'))
        self.foreign = access.Ground().uuid, self.cell.server()
        for server in self.foreign:
            InstanceActionList.get_by_instance_uuid(self.admin, server)

    def asked(self, function, error, server):
        """Return, for each time that the cells were asked, which one was
        asked alone."""
        with mock.patch.object(
            registry, 'instance', wraps=registry.instance
        ) as found:
            self.assertRaises(error, function, self.stranger(), server)
        return [
            call.args[1] if len(call.args) > 1 else None
            for call in found.call_args_list
        ]

    def test_the_same_is_asked(self):
        for function, error in (
            (InstanceActionList.get_by_instance_uuid, exception.Forbidden),
            (access.InstanceRecord.lookup, exception.InstanceNotFound),
        ):
            for server in (*self.foreign, str(uuid.uuid4())):
                self.assertEqual([None], self.asked(function, error, server))


class TestRest(api_base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.foreign = access.Ground(failed=True)
        self.admin_token = f'root:{access.OTHER}:admin'
        self.get(f'/v2.1/servers/{self.foreign.uuid}', self.admin_token)
        self.statements = self.useFixture(fixtures.Statements())

    def answer(self, path, ground, token, version):
        """Return all that a caller can see, his own words taken out."""
        self.statements.seen.clear()
        answer = self.get(
            path.format(
                server=ground.uuid, request=ground.request_id, name='none'
            ),
            token,
            version,
        )
        text = answer.text.replace(ground.uuid, 'ID').replace(
            ground.request_id, 'REQUEST'
        )
        headers = {
            name: value
            for name, value in answer.headers.items()
            if 'request-id' not in name
        }
        return answer.status, text, headers, list(self.statements.seen)

    def test_every_route(self):
        for roles in ('member,reader', 'reader', 'service', ''):
            token = f'another:{access.OTHER}:{roles}'
            for version in ('2.1', '2.21', '2.51', '2.104'):
                for what, (path, _) in access.REQUESTS.items():
                    if '{server}' not in path:
                        continue
                    foreign, unknown = (
                        self.answer(path, ground, token, version)
                        for ground in (self.foreign, nowhere())
                    )
                    self.assertEqual(foreign, unknown, (what, version))
                    self.assertTrue(foreign[0].startswith('404'), what)

    def test_foreign_names_at_an_own_server(self):
        own = str(uuid.uuid4())
        self.record('create', server=own, project=access.OTHER)
        token = f'another:{access.OTHER}:reader'
        path = f'/v2.1/servers/{own}/os-instance-actions'
        for each, status in (
            (f'{path}/{{request}}', '404'),
            (f'{path}?marker={{request}}', '400'),
        ):
            foreign, unknown = (
                self.answer(each, ground, token, '2.104')
                for ground in (self.foreign, nowhere())
            )
            self.assertEqual(foreign, unknown)
            self.assertTrue(foreign[0].startswith(status), foreign)
