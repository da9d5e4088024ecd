# SPDX-License-Identifier: Apache-2.0
"""nova-actions-status: checks that a deployment is ready for this release."""

import functools
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from nova_actions import conf as config
from nova_actions import exception
from nova_actions import version
from nova_actions.cmd import embedded
from nova_actions.cmd import failure

Code = upgradecheck.Code
Result = upgradecheck.Result

#: Seconds to wait for each answer.
PATIENCE = 10.0

#: The prefix of our own rules.
OURS = 'os_compute_api:os-instance-actions:'


class Checks(upgradecheck.UpgradeCommands):
    """What must be true before the services of this release start."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def check_driver(self) -> Result:
        """Is the driver that the URL of the database names installed?"""
        from nova_actions.db import driver

        problem = driver.problem(self._conf.database.connection)
        if problem is not None:
            return Result(Code.FAILURE, f'{problem}.')
        return Result(Code.SUCCESS)

    def check_schema(self) -> Result:
        """Is the schema the one that this release needs?"""
        if self.check_driver().code != Code.SUCCESS:
            return Result(Code.FAILURE, 'The database cannot be queried.')
        from nova_actions.db import api as db
        from nova_actions.db import migration

        try:
            db.setup(self._conf)
            version = _within(PATIENCE, migration.db_version)
        except exception.ActionsException as error:
            return Result(Code.FAILURE, failure.told(error))
        except TimeoutError as error:
            return Result(Code.FAILURE, f'The database: {error}.')
        finally:
            db.dispose()
        if version == migration.HEAD:
            return Result(Code.SUCCESS)
        if version and not migration.is_known(version):
            return Result(
                Code.WARNING,
                (
                    f'The schema is at {version}, created by a newer release. '
                    'This release works with it.'
                ),
            )
        return Result(
            Code.FAILURE,
            f'The schema is at {version or "nothing"}, this release needs '
            f'{migration.HEAD}. Run "nova-actions-manage db sync".',
        )

    def check_cells(self) -> Result:
        """Does each attached cell answer?"""
        from nova_actions.cells import query
        from nova_actions.cells import registry
        from nova_actions.conf import cell_options

        try:
            # Bounded by [api] cell_timeout, all at once.
            registry.setup(
                cell_options.cells(self._conf), self._conf.api.cell_timeout
            )
            _answers, errors = registry.ask_all(query.nothing)
        except exception.ActionsException as error:
            return Result(Code.FAILURE, failure.told(error))
        finally:
            registry.dispose()
        if errors:
            return Result(
                Code.FAILURE, ' '.join(failure.told(error) for error in errors)
            )
        return Result(Code.SUCCESS)

    def check_following(self) -> Result:
        """Are the cells with ``follow = true`` followed?"""
        from nova_actions.cells.follow import state
        from nova_actions.conf import cell_options
        from nova_actions.context import get_admin_context
        from nova_actions.db import api as db

        names = [
            name
            for name, settings in cell_options.cells(self._conf).items()
            if settings.follow
        ]
        if not names or self.check_schema().code != Code.SUCCESS:
            return Result(Code.SUCCESS)
        context = get_admin_context()
        try:
            db.setup(self._conf)
            late = [
                name
                for name in names
                if _within(
                    PATIENCE, functools.partial(state.is_late, context, name)
                )
            ]
        except (exception.ActionsException, TimeoutError) as error:
            return Result(Code.WARNING, _said(error))
        finally:
            db.dispose()
        if late:
            return Result(
                Code.WARNING,
                (
                    f'No conductor follows {", ".join(late)}, or it lags. '
                    'Run "nova-actions-manage cell follow".'
                ),
            )
        return Result(Code.SUCCESS)

    def check_bus(self) -> Result:
        """Does the bus accept a message?"""
        url = self._conf.transport_url
        if not url:
            return Result(
                Code.WARNING,
                '[DEFAULT] transport_url is not set. The '
                'conductor and every reporting service need it.',
            )
        if url.startswith('fake:'):
            return Result(Code.SUCCESS)
        from nova_actions.conductor import bus

        try:
            _within(PATIENCE, lambda: bus.ask(self._conf))
        except Exception as error:  # noqa: BLE001 - of any driver
            return Result(
                Code.FAILURE,
                'The bus ([DEFAULT] transport_url) '
                f'cannot be reached: {_said(error)}',
            )
        return Result(Code.SUCCESS)

    def check_keystone(self) -> Result:
        """Does Keystone issue us a token, and validate tokens?"""
        if self._conf.api.auth_strategy != 'keystone':
            return Result(Code.SUCCESS)
        options = self._conf.keystone_authtoken
        if not (options.auth_type or options.auth_section):
            return Result(
                Code.WARNING,
                '[keystone_authtoken] auth_type is not set. The API needs it.',
            )
        from nova_actions.api import keystone

        try:
            _within(PATIENCE, lambda: keystone.ask(self._conf, PATIENCE))
        except Exception as error:  # noqa: BLE001 - of any plugin
            return Result(
                Code.FAILURE,
                'Keystone ([keystone_authtoken]) '
                f'does not answer as it should: {_said(error)}',
            )
        return Result(Code.SUCCESS)

    def check_policy(self) -> Result:
        """Is the policy file valid, without unknown rules?"""
        from nova_actions import policy

        try:
            enforcer = policy.load(self._conf)
        except ValueError as error:
            return Result(Code.FAILURE, f'The policy is broken: {error}')
        lacking = policy.undefined(enforcer)
        if lacking:
            return Result(
                Code.FAILURE,
                'The policy refers to rules that do not exist: '
                f'{", ".join(lacking)}.',
            )
        broken = _garbled(enforcer)
        if broken:
            return Result(
                Code.FAILURE,
                f'Nobody can pass {", ".join(broken)}: the '
                'policy file has something there that is not a rule.',
            )
        strange = _unknown(enforcer)
        if strange:
            return Result(
                Code.WARNING,
                f'The policy file names {", ".join(strange)}, '
                'which does not exist: a typing error?',
            )
        return Result(Code.SUCCESS)

    def check_reporters(self) -> Result:
        """Is the reporter timeout several heartbeats long?"""
        timeout = self._conf.conductor.reporter_timeout
        beat = self._conf.reporter.heartbeat_interval
        if timeout and timeout < 3 * beat:
            return Result(
                Code.WARNING,
                f'[conductor] reporter_timeout is {timeout} s: too short for '
                f'reporters that send a heartbeat every {beat:g} s '
                '([reporter] heartbeat_interval).',
            )
        return Result(Code.SUCCESS)

    def check_bridges(self) -> Result:
        """Do all bridges have one version, and record everything?"""
        if self.check_schema().code != Code.SUCCESS:
            return Result(Code.SUCCESS)
        from nova_actions.cmd import bridge
        from nova_actions.cmd import reporter
        from nova_actions.db import api as db

        try:
            db.setup(self._conf)
            groups = _within(PATIENCE, lambda: bridge.groups(reporter.found()))
        except (exception.ActionsException, TimeoutError) as error:
            return Result(Code.WARNING, _said(error))
        finally:
            db.dispose()
        is_whole = len({each['bridge'] for each in groups}) <= 1 and not any(
            each['missing'] for each in groups
        )
        return Result(
            Code.SUCCESS if is_whole else Code.WARNING,
            ' '.join(map(bridge.line, groups)) or None,
        )

    _upgrade_checks = (
        ('Database driver', check_driver),
        ('Database schema', check_schema),
        ('Cells', check_cells),
        ('Followed cells', check_following),
        ('Bus', check_bus),
        ('Keystone', check_keystone),
        ('Policy file', check_policy),
        ('Reporters', check_reporters),
        ('Bridges', check_bridges),
    )


def _within(seconds: float, question: Callable[[], Any]) -> Any:
    """Call a function in a thread; return or raise what it does.

    :raises TimeoutError: it takes too long
    """
    answers: queue.SimpleQueue[tuple[Any, Exception | None]]
    answers = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put((question(), None))
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            answers.put((None, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f'no answer in {seconds:g} s') from None
    if error is not None:
        raise error
    return answer


def _said(error: Exception) -> str:
    text = ' '.join(str(error).split()).rstrip('.') or type(error).__name__
    return f'{text}.'


def _garbled(enforcer: Any) -> list[str]:
    """Return the rules of the policy file that cannot be parsed."""
    return sorted(
        name for name, rule in enforcer.file_rules.items() if _is_garbled(rule)
    )


def _unknown(enforcer: Any) -> list[str]:
    """Return the rules of the policy file under our names that no code asks
    for."""
    from nova_actions import policies

    known = {rule.name for rule in policies.list_rules()}
    return sorted(
        name
        for name in enforcer.file_rules
        if name.startswith(OURS) and name not in known
    )


def _is_garbled(rule: Any) -> bool:
    # oslo.policy turns what it cannot parse into "!", which always fails.
    return str(rule.check) == '!' and rule.check_str.strip() != '!'


def _add_commands(commands: Any, checks: Checks) -> None:
    """Add the arguments as oslo.upgradecheck does, whose help does not
    describe them."""
    about = 'what must be fixed before the services of this release start'
    upgrade = commands.add_parser('upgrade', help=about, description=about)
    upgrade.set_defaults(action_fn=checks.check)
    upgrade.add_argument(
        'check',
        choices=('check',),
        metavar='check',
        help='check everything that the services need. Exit '
        'code 0: ready, 1: a warning, 2: a failure',
    )
    upgrade.add_argument(
        '--json', action='store_true', help='print the results as JSON'
    )


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Run the command; return its exit code, oslo.upgradecheck's."""
    conf = config.Options()
    config.register_opts(conf)
    # upgradecheck.main() would do what follows as one, and tell of a file
    # that cannot be read by a traceback.
    checks = Checks(conf)
    conf.register_cli_opt(
        cfg.SubCommandOpt(
            'command',
            title='commands',
            handler=lambda commands: _add_commands(commands, checks),
        )
    )
    with config.parsing():
        conf(
            list(argv),
            project='nova-actions',
            version=version.version_string(),
            description=__doc__,
        )
    config.complete(conf, ('database', 'policy', 'messaging', 'keystone'))
    from nova_actions.cmd import process

    upgradecheck.CONF = conf
    if embedded.use_its_database(conf):
        conf.set_default('transport_url', 'fake://')
        conf.set_default('auth_strategy', 'noauth2', group='api')
    process.set_up_logging(conf)
    process.ask_once(conf)
    return upgradecheck.run(conf)


if __name__ == '__main__':
    sys.exit(main())
