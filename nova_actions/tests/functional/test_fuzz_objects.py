# SPDX-License-Identifier: Apache-2.0
"""Whatever the arguments and fields of a remotable are, it does its work or
ends in an error of ours, and then it has written nothing.

The same calls go through the dispatcher as JSON; ``unit/conductor`` has the
messages that are wrong as messages.
"""

import datetime
import inspect
import json

import hypothesis
from hypothesis import strategies as st
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception
from nova_actions.db import status
from nova_actions.objects import base as objects_base
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.tests import base
from nova_actions.tests.functional import access
from nova_actions.tests.functional import fuzz
from nova_actions.tests.unit.conductor import wire
from nova_actions.tests.unit.objects import test_gate

REMOTABLES = [
    (cls, name, list(inspect.signature(method.original_fn).parameters))
    for cls, name, method in test_gate.remotables()
]
CLEAR = (exception.ActionsException, ovo_exc.VersionedObjectsException)
STATES = {
    status.RUNNING,
    status.SUCCEEDED,
    status.FAILED,
    status.SUCCEEDED_AFTER_RETRY,
    status.INTERRUPTED,
}

#: Values by name that get further than others; texts stand for the ground's.
RIGHT = {
    'instance_uuid': ('UUID',),
    'request_id': ('REQUEST',),
    'action_id': ('ACTION',),
    'event_id': ('EVENT',),
    'id': ('EVENT',),
    'uuid': ('HANDLE', None),
    'marker': ('REQUEST', None),
    'action_name': ('create', 'reboot'),
    'action': ('create', 'reboot'),
    'event_name': ('compute_create', 'compute_x'),
    'event': ('compute_create', 'compute_x'),
    'host': ('h', None, 'other'),
    'kind': ('action', 'start', 'finish'),
    'name': ('create', 'compute_y'),
    'limit': (None, 0, 5),
    'project_id': (access.OWNER, None),
    'epoch': ('HANDLE', None),
    'evidence': ('gone',),
    'exc_tb': (None, '  trace'),
    'exc_val': (None, 'broken'),
    'filters': (None, {}, {'changes-since': '2026'}),
    'want_result': (True, False),
    'result': ('Success', 'Error', None),
}


def value(name):
    usual = st.sampled_from(RIGHT.get(name, (None,)))
    return st.integers(0, 9).flatmap(
        lambda dice: usual if dice < 7 else fuzz.anything
    )


def fields(cls):
    names = [name for name in cls.fields if name not in ('objects', 'events')]
    return st.fixed_dictionaries(
        {}, optional={name: value(name) for name in names}
    )


@st.composite
def calls(draw):
    """Draw a remotable, its arguments, its object's fields, and who asks."""
    cls, name, parameters = draw(st.sampled_from(REMOTABLES))
    given = {
        each: draw(value(each))
        for each in parameters
        if each not in ('self', 'cls', 'context', 'reports')
        and (each in RIGHT or draw(st.booleans()))
    }
    reports = None
    if 'reports' in parameters:
        reports = draw(st.lists(fields(Report), max_size=3))
    state = draw(fields(cls)) if parameters[0] == 'self' else None
    persona = draw(st.sampled_from(('member', 'service', 'RPC admin')))
    return cls, name, given, reports, state, persona


class _Objects:
    def setUp(self):
        super().setUp()
        self.ground = access.Ground()
        self.wire = wire.Wire()

    def fill(self, given):
        ground = self.ground
        names = {
            'UUID': ground.uuid,
            'REQUEST': ground.request_id,
            'ACTION': ground.action.id,
            'EVENT': ground.event.id,
            'HANDLE': ground.event.uuid,
        }
        return {
            name: names.get(each, each) if isinstance(each, str) else each
            for name, each in given.items()
        }

    def build(self, cls, caller, state):
        """Return an object with those fields that take their values."""
        built = cls(caller)
        for name, each in self.fill(state).items():
            try:
                setattr(built, name, each)
            except (ValueError, TypeError, OverflowError):
                continue
        return built

    def call(self, cls, name, given, reports, state, persona):
        caller = access.context_of(
            access.PERSONAS[persona], request_id=self.ground.request_id
        )
        given = self.fill(given)
        if reports is not None:
            given['reports'] = ReportList(
                objects=[self.build(Report, caller, each) for each in reports]
            )
        if state is None:
            return getattr(cls, name)(caller, **given)
        return getattr(self.build(cls, caller, state), name)(**given)

    def check_whole(self, rows):
        actions = {row[0] for row in self.ids('instance_actions', rows)}
        for _id, parent in self.ids(
            'instance_actions_events', rows, 'action_id'
        ):
            self.assertIn(parent, actions)
        for _id, state in self.ids('instance_actions', rows, 'status'):
            self.assertIn(state, STATES)

    @staticmethod
    def ids(name, rows, *more):
        table = fuzz.table(name)
        places = [table.index(column) for column in ('id', *more)]
        return [tuple(row[place] for place in places) for row in rows[name]]

    def check(self, *drawn):
        before = fuzz.everything()
        try:
            with objects_base.local():
                self.call(*drawn)
        except CLEAR as error:
            self.assertEqual(before, fuzz.everything(), repr(error))
        else:
            self.check_whole(fuzz.everything())


class TestSqlite(_Objects, base.ObjectTestCase):
    @fuzz.examples(400)
    @hypothesis.given(calls())
    def test_any_call(self, drawn):
        self.check(*drawn)

    @fuzz.examples(200)
    @hypothesis.given(calls())
    def test_any_call_as_json(self, drawn):
        self.check_json(*drawn)

    def check_json(self, cls, name, given, _reports, state, persona):
        before = fuzz.everything()
        text = json.dumps(self.fill(given), default=_plain)
        who = {
            **access.PERSONAS[persona],
            'request_id': self.ground.request_id,
        }
        bare = objects_base.bare(cls.obj_name())
        try:
            if state is None:
                self.wire.classmethod(
                    bare,
                    name,
                    ctxt=who,
                    versions={bare: cls.VERSION},
                    **json.loads(text),
                )
            else:
                self.wire.method(
                    wire.primitive(
                        bare,
                        cls.VERSION,
                        **json.loads(
                            json.dumps(self.fill(state), default=_plain)
                        ),
                    ),
                    name,
                    ctxt=who,
                    **json.loads(text),
                )
        except wire.Failure as error:
            self.assertNotIn('The call failed in the conductor', str(error))
            self.assertEqual(before, fuzz.everything(), str(error))
        else:
            self.check_whole(fuzz.everything())


def _plain(each):
    if isinstance(each, datetime.datetime):
        return each.isoformat()
    raise TypeError(type(each))


class TestMysql(_Objects, base.ObjectTestCase):
    BACKEND = 'mysql'

    @fuzz.examples(100)
    @hypothesis.given(calls())
    def test_any_call(self, drawn):
        self.check(*drawn)


class TestPostgresql(_Objects, base.ObjectTestCase):
    BACKEND = 'postgresql'

    @fuzz.examples(100)
    @hypothesis.given(calls())
    def test_any_call(self, drawn):
        self.check(*drawn)
