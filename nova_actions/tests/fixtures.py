# SPDX-License-Identifier: Apache-2.0
"""What tests stand on: real configurations, databases and buses of their
own."""

import atexit
import os
import shutil
import subprocess
import threading
import time
import types
import uuid
from typing import Any, ClassVar
from unittest import mock

import fixtures
import sqlalchemy as sa
from oslo_config import cfg
from oslo_db import exception as db_exc

from nova_actions import conf as conf_module
from nova_actions import context
from nova_actions import exception
from nova_actions import objects
from nova_actions import policy
from nova_actions import reporter
from nova_actions import runtime
from nova_actions import sanitize
from nova_actions.cells import owner
from nova_actions.conductor import manager
from nova_actions.conductor import rpcapi
from nova_actions.conductor import service
from nova_actions.conductor import timer
from nova_actions.db import api as db
from nova_actions.db import migration
from nova_actions.db import prepared
from nova_actions.metrics import endpoint
from nova_actions.objects import base
from nova_actions.objects import text
from nova_actions.tests import database
from nova_actions.tests import missing
from nova_actions.tests import patience

BACKENDS = ('sqlite', 'mysql', 'postgresql')

RABBIT = 'rabbit://guest:guest@127.0.0.1:5672/'


class Conf(fixtures.Fixture):
    """A configuration of its own, as a command has one.

    :param overrides: values by ``group__name``, or ``name`` for DEFAULT
    """

    def __init__(self, **overrides: Any) -> None:
        self._overrides = {
            'transport_url': 'fake://',
            # A cell of a test answers, however slow the machine is.
            'api__cell_timeout': patience.PATIENCE,
            'conductor__topic': f'test-{uuid.uuid4().hex}',
            'oslo_policy__policy_file': 'none.yaml',
            **overrides,
        }

    def _setUp(self) -> None:
        self.conf: cfg.ConfigOpts = conf_module.load(
            [], default_config_files=[]
        )
        folder = self.useFixture(fixtures.TempDir()).path
        self.conf.set_override('state_path', folder)
        for key, value in self._overrides.items():
            group, _, name = key.rpartition('__')
            self.conf.set_override(name, value, group=group or None)


class _PreparedAtOnce(missing.Fixture):
    """Each statement is prepared when it is executed first, so that tests
    see any that PostgreSQL cannot prepare."""

    def _setUp(self) -> None:
        self.useFixture(
            fixtures.MonkeyPatch('nova_actions.db.prepared.THRESHOLD', 0)
        )
        self.addCleanup(self._check)

    def _check(self) -> None:
        if not prepared.is_on():
            raise AssertionError('A statement could not be prepared')


class Database(missing.Fixture):
    """An empty database with the newest schema, dropped afterwards, set as
    the process's own."""

    def __init__(
        self, conf: cfg.ConfigOpts, backend: str = 'sqlite', sync: bool = True
    ) -> None:
        self._conf = conf
        self._backend = backend
        self._sync = sync

    def _setUp(self) -> None:
        self.url = (_SCHEMA if self._sync else database).create(
            self, self._backend
        )
        self._conf.set_override('connection', self.url, group='database')
        runtime.set_up_databases(self._conf)
        owner.forget()
        self.addCleanup(runtime.close_databases)
        if self._backend == 'postgresql':
            self.useFixture(_PreparedAtOnce())


def _migrate(url: str) -> None:
    with Conf(database__connection=url) as settings:
        db.setup(settings.conf)
        migration.db_sync()
        db.dispose()


_SCHEMA = database.Template(_migrate)


def rabbitmqctl(*words: str) -> None:
    """Run a command of RabbitMQ's, which takes a second."""
    path = shutil.which('rabbitmqctl')
    if path is None:
        missing.unavailable('RabbitMQ', 'no rabbitmqctl')
    done = subprocess.run(
        [path, *words],
        text=True,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        timeout=patience.PATIENCE,
    )
    if done.returncode:
        missing.unavailable('RabbitMQ', done.stdout)


class Rabbit(missing.Fixture):
    """A virtual host of RabbitMQ that no other test has; its ``url``.

    They are made some at a time, and deleted when the process ends.
    """

    _AT_ONCE = 8
    _ADD = (
        '[begin rabbit_vhost:add(V, <<"tests">>), '
        'rabbit_auth_backend_internal:set_permissions(<<"guest">>, V, '
        '<<".*">>, <<".*">>, <<".*">>, <<"tests">>) end || V <- {}].'
    )
    _DELETE = '[rabbit_vhost:delete(V, <<"tests">>) || V <- {}].'
    _unused: ClassVar[list[str]] = []

    def _setUp(self) -> None:
        if not self._unused:
            self._unused.extend(self._make())
        self.name = self._unused.pop()
        self.url = RABBIT + self.name

    def _make(self) -> list[str]:
        names = [
            f'nova-actions-{uuid.uuid4().hex[:12]}'
            for _number in range(self._AT_ONCE)
        ]
        # In Erlang's words.
        listed = '[{}]'.format(', '.join(f'<<"{name}">>' for name in names))
        rabbitmqctl('eval', self._ADD.format(listed))
        atexit.register(rabbitmqctl, 'eval', self._DELETE.format(listed))
        return names


class Policy(fixtures.Fixture):
    """The rules of a configuration as the process's, maybe overridden."""

    def __init__(
        self, conf: cfg.ConfigOpts, rules: dict[str, str] | None = None
    ) -> None:
        self._conf = conf
        self._rules = rules or {}

    def _setUp(self) -> None:
        if self._rules:
            folder = self.useFixture(fixtures.TempDir()).path
            path = os.path.join(folder, 'policy.yaml')
            with open(path, 'w', encoding='utf-8') as file:
                for name, check in self._rules.items():
                    file.write(f'"{name}": "{check}"\n')
            self._conf.set_override('policy_file', path, group='oslo_policy')
        policy.setup(self._conf)
        self.addCleanup(policy.reset)


class PromptMessaging(fixtures.Fixture):
    """oslo.messaging that is not waited for.

    Its fake bus looks for messages every 50 ms, and the threads that work on
    them look once a second whether they should end.
    """

    def _setUp(self) -> None:
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging._drivers.impl_fake.time',
                types.SimpleNamespace(
                    time=time.time,
                    sleep=lambda seconds: time.sleep(min(seconds, 0.002)),
                ),
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'futurist._thread.ThreadWorker.MAX_IDLE_FOR', 0.05
            )
        )


#: Whether a thread does what a conductor does now and then.
_TURN = threading.local()


def _noted(turn: Any) -> Any:
    def run(periodic: timer.Periodic) -> Any:
        _TURN.is_on = True
        try:
            return turn(periodic)
        finally:
            _TURN.is_on = False

    return run


class Conductor(fixtures.Fixture):
    """A conductor in this process, and this process's calls sent to it."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def _setUp(self) -> None:
        # A test may replace a method that the conductor has remembered.
        manager._found.cache_clear()
        self.addCleanup(manager._found.cache_clear)
        self.useFixture(PromptMessaging())
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_actions.conductor.timer.Periodic._turn',
                _noted(timer.Periodic._turn),
            )
        )
        self.service = service.ConductorService(self._conf)
        self.service.start()
        self.addCleanup(self.service.stop)
        self.client = rpcapi.ConductorAPI(
            self._conf, timeout=patience.PATIENCE
        )
        self.addCleanup(self.client.close)
        base.set_remote(self.client)
        self.addCleanup(base.set_remote, None)


class Reporter(fixtures.Fixture):
    """This process as a compute side, which lets go of its bus afterwards:
    or a poller would look for a deleted virtual host for ever."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def _setUp(self) -> None:
        reporter.setup(self._conf)
        self.addCleanup(self._disconnect)
        self.addCleanup(reporter.stop)

    @staticmethod
    def _disconnect() -> None:
        client: Any = base.ActionsObject.indirection_api
        base.set_remote(None)
        client.close()


class Metrics(fixtures.Fixture):
    """This process counts. Called with the name of a metric, without its
    prefix, and labels, it returns the value, None where there is none."""

    def _setUp(self) -> None:
        endpoint.set_up()
        self.addCleanup(endpoint.tear_down)

    def __call__(self, metric: str, **labels: str) -> float | None:
        found: float | None = endpoint.registry().get_sample_value(
            f'nova_actions_{metric}', labels
        )
        return found


class StrictErrors(fixtures.Fixture):
    """Makes an error whose text does not fit its arguments fatal."""

    def _setUp(self) -> None:
        def fail(error: exception.ActionsException) -> None:
            raise AssertionError(f'{type(error)}: {error.kwargs}')

        patch = mock.patch.object(
            exception.ActionsException, '_log_bad_format', fail
        )
        patch.start()
        self.addCleanup(patch.stop)


class Statements(fixtures.Fixture):
    """Counts the statements sent to the process's own database; those that
    only begin or end a transaction do not count, nor those of what a
    conductor does now and then.

    Many inserts at once go as one, other statements one by one.
    """

    def _setUp(self) -> None:
        self.seen: list[str] = []
        engine = db.engine()
        sa.event.listen(engine, 'before_cursor_execute', self._note)
        self.addCleanup(
            sa.event.remove, engine, 'before_cursor_execute', self._note
        )

    def _note(
        self,
        _connection: Any,
        _cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        executemany: bool,
    ) -> None:
        if not (
            statement.startswith('BEGIN') or getattr(_TURN, 'is_on', False)
        ):
            alone = not executemany or statement.startswith('INSERT')
            self.seen += [statement] * (1 if alone else len(parameters))


class Deadlocks(fixtures.Fixture):
    """Counts the errors that the retry decorator would hide."""

    def _setUp(self) -> None:
        self.seen: list[Any] = []
        engine = db.engine()
        sa.event.listen(engine, 'handle_error', self._note)
        self.addCleanup(sa.event.remove, engine, 'handle_error', self._note)

    def _note(self, context: Any) -> None:
        if isinstance(context.chained_exception, db_exc.DBDeadlock):
            self.seen.append(context)


class Objects(missing.Fixture):
    """Everything that the objects need to run here: configuration, policy,
    an empty database, a fresh sanitizer."""

    def __init__(
        self,
        backend: str = 'sqlite',
        rules: dict[str, str] | None = None,
        **overrides: Any,
    ) -> None:
        self._backend = backend
        self._rules = rules
        self._overrides = overrides

    def _setUp(self) -> None:
        objects.register_all()
        self.useFixture(StrictErrors())
        self.conf = self.useFixture(Conf(**self._overrides)).conf
        self.useFixture(Policy(self.conf, self._rules))
        self.database = self.useFixture(Database(self.conf, self._backend))
        text.setup(sanitize.Sanitizer.from_conf(self.conf))


def make_context(**values: Any) -> context.RequestContext:
    """Return the context of a member of project ``owner``, or another."""
    return context.RequestContext(
        **{
            'user_id': 'user',
            'project_id': 'owner',
            'roles': ['member', 'reader'],
            **values,
        }
    )
