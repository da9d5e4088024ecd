# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent, the caller gets a clear error, and nothing is written.

The bound is on the number of calls; ``NOVA_ACTIONS_FULL=1`` raises it.
"""

import inspect
import itertools
import json
import logging
from typing import Any
from unittest import mock

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st
from oslo_versionedobjects import base as ovo

from nova_actions import objects
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.objects import base as objects_base
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests.unit.conductor import wire

EXAMPLES = 15_000 if FULL else 1_000
HUGE = 'x' * 10_000_000
SECRET = 'hunter2-of-the-payload'
UUID = '11111111-1111-4111-8111-111111111111'
CLEAR = {
    'nova.exception',
    'nova_actions.exception',
    'oslo_versionedobjects.exception',
    'oslo_messaging.rpc.dispatcher',
}

NAMES = (
    'InstanceAction',
    'InstanceActionList',
    'InstanceActionEvent',
    'InstanceActionEventList',
    'InstanceRecord',
    'InstanceRecordList',
    'Report',
    'ReportList',
    'Instance',
    'ActionsObject',
    'object',
    '',
    'nova_actions.InstanceAction',
    '__class__',
    SECRET,
)
METHODS = (
    'action_start',
    'action_finish',
    'get_by_request_id',
    'create',
    'finish',
    'get_by_instance_uuid',
    'get_by_project',
    'event_start',
    'event_finish',
    'event_finish_with_failure',
    'finish_with_failure',
    'get_by_id',
    'get_by_action',
    'get_by_uuid',
    'get_by_project',
    'apply',
    'close_epoch',
    'lookup',
    'of_action',
    'obj_from_primitive',
    'obj_class_from_name',
    'obj_clone',
    'save',
    'fields',
    'VERSION',
    'indirection_api',
    'host_id',
    '_from_db_object',
    '__init__',
    '__class__',
    'mro',
    '',
    SECRET,
)
VERSIONS = (
    '1.0',
    '1.2',
    '1.3',
    '1.4',
    '1.5',
    '1.6',
    '9.9',
    '2.0',
    '0.1',
    '1',
    '1.x',
    '',
    '1.2.3',
    '1.2.3.4',
    '-1.0',
    '1.' + '9' * 5000,
    '\uff11.\uff12',
    '1.2\n',
)
KEYS = ('name', 'namespace', 'version', 'data', 'changes')

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**63, 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(
        (
            UUID,
            'req-1',
            SECRET,
            '\0',
            '\ud800',
            'x' * 5000,
            '2026-01-01T00:00:00Z',
            '9999-12-31T23:59:59+00:01',
            '0001-01-01T00:00:00+23:59',
            'nova_object.name',
        )
    ),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=8), inner, max_size=4),
    ),
    max_leaves=12,
)
fields = st.dictionaries(
    st.sampled_from(
        (
            'id',
            'uuid',
            'instance_uuid',
            'request_id',
            'action',
            'event',
            'host',
            'start_time',
            'finish_time',
            'objects',
            'events',
            'deleted',
            'details',
            'action_id',
            'kind',
            'message',
            'odd',
        )
    ),
    values,
    max_size=6,
)
primitives = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            'nova_object.name': st.sampled_from(NAMES) | leaves,
            'nova_object.namespace': st.just('nova') | leaves,
            'nova_object.version': st.sampled_from(VERSIONS) | leaves,
            'nova_object.data': fields | leaves,
            'nova_object.changes': values,
        },
    ),
    lambda inner: st.builds(
        lambda name, child, field: {
            'nova_object.name': name,
            'nova_object.namespace': 'nova',
            'nova_object.version': '1.0',
            'nova_object.data': {field: child},
        },
        st.sampled_from(NAMES[:8]),
        st.lists(inner, max_size=2) | inner,
        st.sampled_from(('objects', 'events')),
    ),
    max_leaves=4,
)
manifests = (
    st.dictionaries(
        st.sampled_from(NAMES), st.sampled_from(VERSIONS) | leaves, max_size=5
    )
    | values
)
arguments = st.lists(values | primitives, max_size=5) | values
keywords = (
    st.dictionaries(
        st.sampled_from(
            (
                'instance_uuid',
                'action_name',
                'event_name',
                'want_result',
                'host',
                'uuid',
                'context',
                'self',
                'cls',
                'first',
                'instance',
                'reports',
                'filters',
                'limit',
                'marker',
                'exc_val',
                'exc_tb',
                'name',
                'epoch',
                'action_id',
                'event_id',
                'start_time',
                'duration',
                SECRET,
            )
        ),
        values | primitives,
        max_size=5,
    )
    | values
)
contexts = (
    st.fixed_dictionaries(
        {},
        optional={
            'user_id': leaves,
            'project_id': leaves,
            'roles': values,
            'is_admin': st.just(True) | leaves,
            'request_id': leaves,
            'timestamp': leaves,
            'read_deleted': leaves,
            'service_roles': values,
            'user_name': leaves,
            'odd': values,
            'overwrite': values,
            'global_request_id': leaves,
        },
    )
    | st.just(dict(wire.ADMIN))
    | st.just(dict(wire.MINIMAL))
)
calls = st.one_of(
    st.fixed_dictionaries(
        {
            'method': st.just('object_class_action_versions'),
            'args': st.fixed_dictionaries(
                {
                    'objname': st.sampled_from(NAMES) | values,
                    'objmethod': st.sampled_from(METHODS) | values,
                    'object_versions': manifests,
                    'args': arguments,
                    'kwargs': keywords,
                }
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            'method': st.just('object_action'),
            'args': st.fixed_dictionaries(
                {
                    'objinst': primitives | values,
                    'objmethod': st.sampled_from(METHODS) | values,
                    'args': arguments,
                    'kwargs': keywords,
                }
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            'method': st.just('object_backport_versions'),
            'args': st.fixed_dictionaries(
                {'objinst': primitives | values, 'object_versions': manifests}
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            'method': st.sampled_from(
                (
                    'target',
                    '_check',
                    '__init__',
                    'ping',
                    'object_action',
                    'odd',
                )
            )
            | values,
            'args': values,
        }
    ),
)


#: What each argument of a remotable may be, so that only what is replaced
#: is odd.
GOOD: dict[str, Any] = {
    'instance_uuid': UUID,
    'request_id': 'req-1',
    'action_name': 'reboot',
    'event_name': 'e',
    'action_id': 1,
    'event_id': 1,
    'name': 'n',
    'uuid': UUID,
    'host': 'h',
    'project_id': 'p',
    'want_result': True,
    'limit': 1,
    'marker': 'req-1',
    'filters': {},
    'terms': {},
    'cursor': 'c',
    'duration': 1,
    'about': {},
    'start_time': '2026-01-01T00:00:00Z',
    'exc_val': 'v',
    'exc_tb': 't',
    'finish_time': '2026-01-01T00:00:00Z',
    'error_type': 'E',
    'evidence': 'x',
    'details': 'd',
    'waiting': 0,
    'oldest_age': 0,
    'lost': {},
    'epoch': None,
    'reports': wire.primitive(
        'ReportList',
        '1.0',
        objects=[
            wire.primitive(
                'Report',
                '1.0',
                kind='finish',
                uuid=UUID,
                instance_uuid=UUID,
                name='n',
                result='Success',
            )
        ],
    ),
}


def remotables() -> list[tuple[str, str, bool, list[str]]]:
    """Return every remotable: object, method, whether of the class, names
    of the arguments."""
    objects.register_all()
    found = []
    for name, classes in ovo.VersionedObjectRegistry.obj_classes().items():
        for attribute, value in inspect.getmembers(classes[0]):
            if not name.startswith(objects_base.PREFIX) or not hasattr(
                value, 'remotable'
            ):
                continue
            names = list(inspect.signature(value.original_fn).parameters)
            found.append(
                (
                    objects_base.bare(name),
                    attribute,
                    'context' in names,
                    [
                        each
                        for each in names
                        if each not in ('self', 'cls', 'context')
                    ],
                )
            )
    return found


def mutate(value: Any, odd: Any, draw: Any) -> Any:
    """Replace something within a value by something odd."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: mutate(value[key], odd, draw)}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [mutate(value[0], odd, draw), *value[1:]]
    return odd


@st.composite
def near_misses(draw: Any) -> Any:
    """A call of a remotable with some of its arguments replaced."""
    objname, objmethod, of_class, names = draw(st.sampled_from(remotables()))
    kwargs = {name: GOOD[name] for name in names}
    odd = values | primitives
    for name in draw(
        st.lists(st.sampled_from(names), max_size=2) if names else st.just([])
    ):
        kwargs[name] = mutate(kwargs[name], draw(odd), draw)
    args = [kwargs.pop(name) for name in names] if draw(st.booleans()) else []
    version = type_version(objname)
    if of_class:
        return {
            'method': 'object_class_action_versions',
            'args': {
                'objname': objname,
                'objmethod': objmethod,
                'args': args,
                'object_versions': {objname: version},
                'kwargs': kwargs,
            },
        }
    data = {
        'action': 'reboot',
        'instance_uuid': UUID,
        'request_id': 'req-1',
        'event': 'e',
        'action_id': 1,
        'id': 1,
        'start_time': '2026-01-01T00:00:00Z',
        'host': 'h',
    }
    if objmethod == 'create':
        del data['id']
    objinst = wire.primitive(objname, version, ['event'], **data)
    if draw(st.booleans()):
        objinst = mutate(objinst, draw(odd), draw)
    return {
        'method': 'object_action',
        'args': {
            'objinst': objinst,
            'objmethod': objmethod,
            'args': args,
            'kwargs': kwargs,
        },
    }


def type_version(objname: str) -> str:
    version: str = ovo.VersionedObjectRegistry.obj_classes()[
        objects_base.prefixed(objname)
    ][0].VERSION
    return version


class HostileTestCase(base.ObjectTestCase):
    def setUp(self):
        super().setUp()
        self.wire = wire.Wire()
        self.log: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = self.log.append  # type: ignore
        logging.getLogger().addHandler(handler)
        self.addCleanup(logging.getLogger().removeHandler, handler)

    def counts(self) -> dict[str, int]:
        with db.engine().connect() as connection:
            return {
                table.name: connection.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar_one()
                for table in models.Base.metadata.sorted_tables
            }

    def check(self, ctxt: Any, message: Any, timeout: Any = None) -> None:
        """Send it; what comes back is an answer or a clear error."""
        self.log.clear()
        try:
            self.wire.send(ctxt, message, timeout)
        except wire.Failure as failure:
            data = failure.data
            self.assertIn(data['module'], CLEAR, str(data))
            self.assertLess(len(json.dumps(data)), 50_000)
            self.assertNotIn('failed in the conductor', data['message'])
        for record in self.log:
            if record.levelno >= logging.INFO:
                self.assertIsNone(record.exc_info)
                text = record.getMessage()
                self.assertNotIn('\n', text)
                self.assertLess(len(text), 700)


class TestMalformedCalls(HostileTestCase):
    @hypothesis.settings(max_examples=EXAMPLES)
    @hypothesis.given(
        ctxt=contexts,
        call=calls,
        version=st.sampled_from(('3.0',) * 30 + VERSIONS),
        namespace=st.sampled_from((None,) * 30 + ('baseapi', '', 1, ())),
    )
    def send(self, ctxt: Any, call: Any, version: Any, namespace: Any) -> None:
        self.check(ctxt, {**call, 'version': version, 'namespace': namespace})

    @hypothesis.settings(max_examples=EXAMPLES)
    @hypothesis.given(call=near_misses())
    def send_near_miss(self, call: Any) -> None:
        self.check(dict(wire.ADMIN), {**call, 'version': '3.0'})

    def test_near_misses(self):
        """About a server that nobody knows, so that nothing is written even
        where the replaced argument may be what it is: but that a reporter
        lives, where that is its epoch."""
        before = self.counts()
        self.send_near_miss()
        self.assertEqual({**before, 'reporters': mock.ANY}, self.counts())

    def test_anything(self):
        before = self.counts()
        self.send()
        self.assertEqual(before, self.counts())
        self.assertEqual(
            'pong',
            self.wire.call(
                'ping', namespace='baseapi', version='1.0', arg='pong'
            )['arg'],
        )


class TestSizes(HostileTestCase):
    def class_action(self, **args: Any) -> None:
        self.check(
            dict(wire.ADMIN),
            {
                'version': '3.0',
                'method': 'object_class_action_versions',
                'args': {
                    'objname': 'InstanceAction',
                    'objmethod': 'get_by_request_id',
                    'object_versions': {'InstanceAction': '1.2'},
                    'args': [UUID, 'req-1'],
                    'kwargs': {},
                    **args,
                },
            },
        )

    def test_ten_megabytes(self):
        before = self.counts()
        for args in (
            {'objname': HUGE},
            {'objmethod': HUGE},
            {'object_versions': {HUGE: '1.2'}},
            {'object_versions': {'InstanceAction': HUGE}},
            {'objname': HUGE, 'object_versions': {HUGE: '1.2'}},
            {'args': [HUGE, 'req-1']},
            {'args': [UUID, HUGE]},
            {'kwargs': {HUGE: 1}},
            {'args': HUGE},
            {'objmethod': 'action_start', 'args': [UUID, HUGE]},
        ):
            self.class_action(**args)
        for objinst in (
            wire.primitive(HUGE, '1.0'),
            wire.primitive('InstanceAction', HUGE),
            wire.primitive('InstanceAction', '1.2', HUGE),
            wire.primitive(
                'InstanceAction', '1.2', action=HUGE, instance_uuid=HUGE
            ),
            wire.primitive('InstanceAction', '1.2', start_time=HUGE),
            wire.primitive('InstanceAction', '1.2', id=HUGE[:5000]),
        ):
            self.check(
                dict(wire.ADMIN),
                {
                    'version': '3.0',
                    'method': 'object_action',
                    'args': {
                        'objinst': objinst,
                        'objmethod': 'create',
                        'args': [],
                        'kwargs': {},
                    },
                },
            )
        for ctxt in (
            {'user_id': HUGE},
            {'timestamp': HUGE},
            {HUGE: HUGE},
            {'roles': [HUGE]},
            {'request_id': HUGE},
        ):
            self.check(
                ctxt,
                {
                    'version': '1.0',
                    'namespace': 'baseapi',
                    'method': 'ping',
                    'args': {'arg': 1},
                },
            )
        self.check({}, {'version': HUGE, 'method': HUGE, 'args': {}})
        self.check({}, {'version': '3.0', 'method': HUGE, 'args': {HUGE: 1}})
        self.assertEqual(before, self.counts())

    def test_nested_deeply(self):
        for depth in (50, 300, 5_000, 100_000):
            deep: Any = []
            inner: Any = wire.primitive('InstanceActionList', '1.0')
            for _level in range(depth):
                deep = [deep]
                inner = wire.primitive(
                    'InstanceActionList', '1.0', objects=[inner]
                )
            self.class_action(args=deep)
            self.class_action(kwargs={'filters': deep})
            self.class_action(args=[inner])
            self.check(
                {'roles': deep},
                {
                    'version': '1.0',
                    'namespace': 'baseapi',
                    'method': 'ping',
                    'args': {'arg': 1},
                },
            )

    def test_cycles(self):
        loop: dict[str, Any] = {}
        loop['InstanceAction'] = loop
        endless: list[Any] = []
        endless.append(endless)
        own = wire.primitive('InstanceActionList', '1.0')
        own['nova_object.data'] = {'objects': [own]}
        for args in (
            {'object_versions': loop},
            {'args': endless},
            {'kwargs': loop},
            {'args': [own]},
        ):
            self.class_action(**args)

    def test_messages_that_are_none(self):
        messages: tuple[Any, ...] = (
            None,
            [],
            'x',
            1,
            {},
            {'method': None},
            {'method': 'ping', 'args': []},
            {'method': ['ping'], 'args': {}},
            {'method': 'ping', 'args': {1: 2}},
            {
                'method': 'ping',
                'args': {'context': 1},
                'namespace': 'baseapi',
                'version': '1.0',
            },
            {
                'method': 'ping',
                'args': {'arg': 1, 'more': 2},
                'namespace': 'baseapi',
                'version': '1.0',
            },
        )
        odd: tuple[Any, ...] = ({}, None, [], 'x', -1, 10**400, True)
        for message, ctxt in itertools.product(messages, odd[:4]):
            self.check(ctxt, message)
        for timeout in odd:
            self.check({}, {'method': 'nothing', 'version': '3.0'}, timeout)
