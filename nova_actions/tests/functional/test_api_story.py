# SPDX-License-Identifier: Apache-2.0
"""The API's story, told by gabbi: one file a topic under gabbits/.

Every file starts from the same record, :class:`Record`, made for each file.
"""

import datetime
import os
import sys

from gabbi import driver
from gabbi import fixture
from gabbi.handlers import base as handlers

from nova_actions import context
from nova_actions.api import app
from nova_actions.db import api as db_api
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event
from nova_actions.tests import fixtures

FOLDER = os.path.join(os.path.dirname(__file__), 'gabbits')
WEB = '6a2b8f34-0000-4000-8000-000000000001'
EMPTY = '6a2b8f34-0000-4000-8000-000000000002'
TRACEBACK = '  File "driver.py", line 7, in reboot\n'


class Record(fixture.GabbiFixture):
    """Server ``web`` of project ``demo``, where four things were asked for
    on 5 January 2026, and server ``empty``, which was only created.

    ===== ============== ============ =======================================
    when  action         request      what became of it
    ===== ============== ============ =======================================
    10:00 create         req-…-1      succeeded on host1
    11:00 reboot         req-…-2      failed on host1, where the disk is full
    12:00 live-migration req-…-3      runs, asked for by root of project ops
    13:00 confirmResize  req-…-4      succeeded on host2
    13:00 delete         req-…-4      of the same request; succeeded there
    ===== ============== ============ =======================================
    """

    application = None

    def start_fixture(self):
        self.objects = fixtures.Objects(api__auth_strategy='noauth2')
        self.objects.setUp()
        Record.application = app.create(self.objects.conf)
        self._record('create', 1, 10)
        self._record('reboot', 2, 11, error='the disk is full')
        self._record(
            'live-migration',
            3,
            12,
            user='root',
            project='ops',
            roles=['admin'],
            ends=False,
        )
        self._record('confirmResize', 4, 13, host='host2')
        self._record('delete', 4, 13, host='host2')
        self._record('create', 5, 10, server=EMPTY)
        with db_api.engine().begin() as connection:
            for server, name in ((WEB, 'web'), (EMPTY, 'empty')):
                connection.exec_driver_sql(
                    f"UPDATE instances SET display_name = '{name}' "
                    f"WHERE uuid = '{server}'"
                )

    def stop_fixture(self):
        Record.application = None
        self.objects.cleanUp()

    @staticmethod
    def _record(
        action,
        number,
        hour,
        host='host1',
        error=None,
        user='alice',
        project='demo',
        roles=('member',),
        ends=True,
        server=WEB,
    ):
        asked = datetime.datetime(2026, 1, 5, hour)
        caller = context.RequestContext(
            user_id=user,
            project_id=project,
            roles=list(roles),
            request_id=f'req-5d0c41c2-0000-4000-8000-{number:012d}',
            timestamp=asked,
        )
        instance_action.InstanceAction.action_start(caller, server, action)
        event = instance_action_event.InstanceActionEvent
        name = f'compute_{action}'
        event.event_start(
            caller,
            server,
            name,
            host=host,
            start_time=asked + datetime.timedelta(seconds=1),
        )
        if ends:
            event.event_finish_with_failure(
                caller,
                server,
                name,
                host=host,
                exc_val=error,
                exc_tb=TRACEBACK if error else None,
                finish_time=asked + datetime.timedelta(seconds=2.5),
            )


class Absent(handlers.ResponseHandler):
    """Adds ``response_strings_absent`` to gabbi: what an answer must not
    say."""

    test_key_suffix = 'strings_absent'
    test_key_value: list[str] = []

    def action(self, test, item, value=None):
        test.assertNotIn(item, test.output)


def _application():
    return lambda environ, start_response: Record.application(
        environ, start_response
    )


def load_tests(loader, tests, pattern):
    """Give the stories to the test runner."""
    return driver.build_tests(
        FOLDER,
        loader,
        intercept=_application,
        response_handlers=[Absent],
        fixture_module=sys.modules[__name__],
        test_loader_name=__name__,
    )
