# SPDX-License-Identifier: Apache-2.0
"""What Nova's notifications tell of deletions and of failures."""

import types
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions.reporter import testing
from nova_actions.tests import fixtures
from nova_actions_bridge import notice
from nova_actions_bridge import step

SERVER = 'a9f1c3b0-2f55-4d0e-9c73-1b0f1b7a0d11'


class TestNotice(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.recorded = testing.Recorded()
        self.enterContext(self.recorded)
        self.context = {
            'request_id': f'req-{uuid.uuid4()}',
            'user_id': 'user',
            'project_id': 'owner',
        }

    def hear(self, event, sender='api.here', state='error'):
        notice.hear(
            self.context,
            {
                'event_type': event,
                'publisher_id': sender,
                'payload': {'instance_id': SERVER, 'state': state},
            },
        )

    def kinds(self):
        return [
            (each['kind'], each['name']) for each in self.recorded._transitions
        ]

    def test_both_formats_tell_of_one_deletion(self):
        for phase in ('start', 'end'):
            self.hear(f'compute.instance.delete.{phase}')
            self.hear(f'instance.delete.{phase}', 'nova-api:here')

        self.assertEqual(
            [('action', 'delete'), ('end', 'delete')], self.kinds()
        )

    def test_sent_by_a_compute_service(self):
        self.hear('compute.instance.delete.start', 'compute.here')

        self.assertEqual([], self.kinds())

    def test_server_that_is_being_built(self):
        self.hear('instance.delete.start', state='building')

        self.assertEqual([], self.kinds())


class TestFailures(base.BaseTestCase):
    """What Nova handles itself, and then the step of which it is succeeds."""

    @given(
        st.sampled_from(
            (
                (
                    'compute.instance.{}.error',
                    {'instance_id': SERVER, 'exception': 'no disk'},
                ),
                (
                    'instance.{}.error',
                    {
                        'nova_object.data': {
                            'uuid': SERVER,
                            'fault': {
                                'nova_object.data': {
                                    'exception_message': 'no disk'
                                }
                            },
                        }
                    },
                ),
            )
        ),
        st.sampled_from(('create', 'resize')),
        st.booleans(),
        st.booleans(),
    )
    def test_both_formats(self, told, what, is_handled, is_of_another):
        """They are told where the error is handled, or without it."""
        event, payload = told
        server = str(uuid.uuid4()) if is_of_another else SERVER
        with testing.Recorded() as recorded:
            nova = types.SimpleNamespace(
                context=fixtures.make_context(),
                event_name='compute_work',
                host='here',
                instance_uuids=(server,),
            )
            step._enter(nova)
            message = {
                'event_type': event.format(what),
                'publisher_id': 'compute:here',
                'payload': payload,
            }
            try:
                if is_handled:
                    raise ValueError('no disk')
                notice.hear({}, message)
            except ValueError:
                notice.hear({}, message)
            step._exit(nova)
            [found] = recorded.steps
        self.assertEqual(
            ('Success', None) if is_of_another else ('Error', 'no disk'),
            (found.result, found.details),
        )
