# SPDX-License-Identifier: Apache-2.0
"""One secret of every family goes in by every way there is, and is found
nowhere: not in the database's files, the spool, the logs or any answer."""

import itertools
import linecache
import logging
import os
import pathlib
import random
import types
import uuid

import fixtures as base_fixtures
from falcon import testing
from testtools import content

from nova_actions import reporter
from nova_actions import sanitize
from nova_actions.api import app
from nova_actions.conductor import rpcapi
from nova_actions.db import api as db
from nova_actions.objects import base as objects_base
from nova_actions.objects import text
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.objects.report import Report
from nova_actions.objects.report import ReportList
from nova_actions.reporter import active
from nova_actions.tests import FULL
from nova_actions.tests import base
from nova_actions.tests import fixtures
from nova_actions.tests import patience
from nova_actions.tests.functional import fuzz
from nova_actions.tests.functional import guarded
from nova_actions.tests.unit.conductor import wire
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import wild

FAMILIES = (
    planted.keyed,
    planted.hard_values,
    planted.headers,
    planted.urls,
    planted.commands,
    planted.pem,
    planted.vendor,
    planted.others,
    *wild.FAMILIES,
)
#: Of each family, for each place.
SAMPLE = 40 if FULL else 2
SOURCE = """
def work(self, context, instance, new_pass, message, cause, connection_info):
    try:
        raise ValueError(cause)
    except ValueError as error:
        note = {note!r}; raise RuntimeError(message) from error
"""


def samples(seed):
    """Yield (text, secret) of every family, others with every seed."""
    chosen = random.Random(seed)
    for family in FAMILIES:
        yield from chosen.choices(list(family(planted.Maker(seed))), k=SAMPLE)


class _Flow:
    """What is planted, and where it must not be."""

    REMOTE = True

    def setUp(self):
        super().setUp()
        self.conf.set_override('auth_strategy', 'noauth2', group='api')
        self.conf.set_override(
            'memcache_secret_key', 'Zq7mKey4cache', group='keystone_authtoken'
        )
        text.setup(sanitize.Sanitizer.from_conf(self.conf))
        self.log = self.useFixture(
            base_fixtures.FakeLogger('nova_actions', level=logging.DEBUG)
        )
        seed = fuzz.seed()
        self.addDetail('seed', content.text_content(str(seed)))
        self.plants = list(
            zip(*(samples(seed + place) for place in range(4)), strict=True)
        )
        self.secrets = {
            'Zq7mKey4cache',
            *(
                secret
                for _text, secret in itertools.chain.from_iterable(self.plants)
            ),
        }
        self.errors = 0

    def begin(self):
        """Begin an action on a new server; return who did it."""
        self.instance_uuid = str(uuid.uuid4())
        token = uuid.uuid4().hex
        self.secrets.add(token)
        context = self.new_context(auth_token=token)
        with objects_base.local():
            InstanceAction.action_start(context, self.instance_uuid, 'create')
        return context

    def read_files(self):
        """Yield the bytes of every file of the database and the spool."""
        folders = [
            pathlib.Path(self.conf.state_path),
            pathlib.Path(
                self.objects.database.url.removeprefix('sqlite:///')
            ).parent,
        ]
        for path in itertools.chain.from_iterable(
            folder.rglob('*') for folder in folders
        ):
            if path.is_file():
                yield path, path.read_bytes()

    def read_answers(self, server):
        application = app.create(self.conf)
        client = testing.TestClient(
            lambda environ, start_response: application(
                environ, start_response
            )
        )
        path = f'/v2.1/servers/{server}/os-instance-actions'
        for token in ('root:cloud:admin', 'user:owner:reader'):
            headers = {
                'X-Auth-Token': token,
                'OpenStack-API-Version': 'compute 2.104',
            }
            listed = client.simulate_get(path, headers=headers)
            yield listed.text
            for action in listed.json['instanceActions']:
                shown = client.simulate_get(
                    f'{path}/{action["request_id"]}', headers=headers
                )
                self.errors += sum(
                    event['result'] == 'Error'
                    and '[REDACTED:' in (event.get('traceback') or '')
                    for event in shown.json['instanceAction']['events']
                )
                yield shown.text

    def check(self, where, found):
        for secret in self.secrets:
            if secret in found:
                at = found.index(secret)
                self.fail(f'{where}: {found[max(0, at - 80) : at + 80]!r}')

    def check_everything(self):
        number = 0
        for path, raw in self.read_files():
            number += 1
            self.check(path, raw.decode('utf-8', 'replace'))
        self.assertLess(0, number)
        self.check('dump', guarded.dump())
        self.check('log', self.log.output)


class _Reporter(_Flow):
    """A failing method under ``wrap_instance_event``."""

    MODE = 'durable'

    def setUp(self):
        super().setUp()
        self.conf.set_override('mode', self.MODE, group='reporter')
        self.conf.set_override('delivery_interval', 0.01, group='reporter')
        self.useFixture(fixtures.Reporter(self.conf))

    def method(self, note):
        """Return a method whose failing line has a secret in its source."""
        source = SOURCE.format(note=note)
        name = f'<planted {uuid.uuid4()}>'
        linecache.cache[name] = (
            len(source),
            None,
            source.splitlines(keepends=True),
            name,
        )
        self.addCleanup(linecache.cache.pop, name, None)
        scope = {}
        exec(compile(source, name, 'exec'), scope)
        return reporter.wrap_instance_event('compute')(scope['work'])

    def fail_all(self):
        host = types.SimpleNamespace(host='here')
        for message, cause, note, argument in self.plants:
            context = self.begin()
            new_pass = planted.Maker(message[1]).password()
            self.secrets.add(new_pass)
            error = self.assertRaises(
                RuntimeError,
                self.method(note[0]),
                host,
                context,
                {'uuid': self.instance_uuid},
                new_pass,
                message=f'{message[0]} for {context.auth_token} and '
                f'{new_pass} with Zq7mKey4cache',
                cause=cause[0],
                connection_info={'data': {'auth_password': argument[1]}},
            )
            # What the work's own caller sees is not touched.
            self.assertIn(new_pass, str(error))
            yield self.instance_uuid

    def test_nothing_is_found(self):
        servers = list(self.fail_all())
        self.check_everything()
        self.assertTrue(reporter.flush(patience.PATIENCE))
        self.check_everything()
        for server in servers:
            for answer in self.read_answers(server):
                self.check('answer', answer)
        self.assertEqual(len(self.plants), self.errors)

    def test_nothing_is_logged_where_recording_fails(self):
        def broken(*_args):
            raise OSError('no disk')

        self.useFixture(
            base_fixtures.MockPatchObject(active.current(), '_record', broken)
        )
        list(itertools.islice(self.fail_all(), 8))
        self.assertIn('Why they were not recorded', self.log.output)
        self.check_everything()


class TestDurable(_Reporter, base.ObjectTestCase):
    pass


class TestSync(_Reporter, base.ObjectTestCase):
    MODE = 'sync'


class TestNova(_Flow, base.ObjectTestCase):
    """Nova's client sends text, and makes nothing safe."""

    def send(self, client, context, name, *args, **kwargs):
        return client.object_class_action_versions(
            context, name, args[0], wire.NOVA_34[name], args[1:], kwargs
        )

    def test_nothing_is_found(self):
        client = rpcapi.ConductorAPI(self.conf, timeout=patience.PATIENCE)
        event = 'InstanceActionEvent'
        for message, cause, note, argument in self.plants:
            context = self.begin()
            self.send(
                client,
                context,
                event,
                'event_start',
                self.instance_uuid,
                'compute_x',
            )
            self.send(
                client,
                context,
                event,
                'event_finish_with_failure',
                self.instance_uuid,
                'compute_x',
                exc_val=f'{message[0]} with Zq7mKey4cache',
                exc_tb=f'  File "x.py", line 3, in f\n    {note[0]}\n'
                f'ValueError: {cause[0]}\n{argument[0]}\n',
            )
            for answer in self.read_answers(self.instance_uuid):
                self.check('answer', answer)
        self.check_everything()
        self.assertEqual(len(self.plants), self.errors)

    def test_names_are_made_safe(self):
        client = rpcapi.ConductorAPI(self.conf, timeout=patience.PATIENCE)
        names = [
            (each, secret)
            for each, secret in samples(7)
            if len(each) < 200 and each.isprintable()
        ]
        self.secrets |= {secret for _each, secret in names}
        for each, _secret in names:
            context = self.begin()
            context.user_name = context.project_name = each
            context.global_request_id = each
            self.send(
                client,
                context,
                'InstanceAction',
                'action_start',
                self.instance_uuid,
                each,
            )
            self.send(
                client,
                context,
                'InstanceActionEvent',
                'event_start',
                self.instance_uuid,
                each,
                host=each,
            )
            for answer in self.read_answers(self.instance_uuid):
                self.check('answer', answer)
        self.check_everything()

    def test_names_in_reports_are_made_safe(self):
        secret = uuid.uuid4().hex
        self.secrets.add(secret)
        context = self.begin()
        one = Report(
            **dict.fromkeys(
                (
                    'name',
                    'host',
                    'global_request_id',
                    'user_name',
                    'project_name',
                    'error_type',
                ),
                f'password={secret}',
            ),
            kind='action',
            uuid=str(uuid.uuid4()),
            user_id=context.user_id,
            project_id=context.project_id,
            request_id='req-1',
            instance_uuid=self.instance_uuid,
        )
        with objects_base.local():
            # Who may act on everything; others report in their own name.
            (answer,) = ReportList.apply(
                self.admin,
                ReportList(objects=[one]),
                epoch=str(uuid.uuid4()),
                host=f'password={secret}',
            )
        self.assertEqual('applied', answer['verdict'])
        self.check_everything()

    def test_what_is_read_is_as_the_settings_want_it(self):
        """Old rows too, and those of cells, which nobody made safe."""
        context = self.begin()
        with objects_base.local():
            event = InstanceActionEvent.event_start(
                context, self.instance_uuid, 'x'
            )
            InstanceActionEvent.event_finish_with_failure(
                context, self.instance_uuid, 'x', 'a', 'b'
            )
            with db.engine().begin() as connection:
                connection.exec_driver_sql(
                    'UPDATE instance_actions_events SET rules = NULL, '
                    "details = 'a qWzx81P',"
                    ' traceback = \'  File "x.py", line 3, in f\n'
                    '    login(password="qWzx81P")\n\''
                )
            source = '    login(password="[REDACTED:F1]")\n'
            for lines, left in ((True, source), (False, '')):
                text.setup(sanitize.Sanitizer(source_lines=lines))
                read = InstanceActionEvent.get_by_id(
                    fixtures.make_context(roles=['admin']),
                    event.action_id,
                    event.id,
                )
                self.assertEqual(
                    f'  File "x.py", line 3, in f\n{left}', read.traceback
                )
                self.assertEqual('a [REDACTED:F0]', read.details)

    def test_everything_is_private_on_disk(self):
        for path, _content in self.read_files():
            self.assertEqual(0, os.stat(path).st_mode & 0o077, path)
