# SPDX-License-Identifier: Apache-2.0
"""The policy enforcer: the one place where rules are checked."""

import functools
import glob
import graphlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from oslo_policy import opts
from oslo_policy import policy

from nova_actions import checks
from nova_actions import exception
from nova_actions import metrics
from nova_actions import policies

LOG = logging.getLogger(__name__)

_ADMIN = 'context_is_admin'

TRUSTED = checks.TRUSTED


def set_defaults(conf: cfg.ConfigOpts) -> None:
    """Set our defaults of oslo.policy's options (Nova's, since its Wallaby
    release)."""
    opts.set_defaults(conf, policy_file='policy.yaml')


def make_enforcer(conf: cfg.ConfigOpts) -> policy.Enforcer:
    """Return a new enforcer with all our rules registered."""
    enforcer = policy.Enforcer(conf)
    enforcer.suppress_default_change_warnings = True
    enforcer.suppress_deprecation_warnings = True
    enforcer.register_defaults(policies.list_rules())
    return enforcer


def load(conf: cfg.ConfigOpts) -> policy.Enforcer:
    """Return a new enforcer with the rules of the policy files loaded.

    :raises ValueError: for a file that is a folder, that cannot be read,
        that is not a mapping of names to rules, or whose rules refer to each
        other in a circle
    """
    # oslo.policy does not say which file is at fault, and does not check
    # what YAML has parsed.
    main, others = _paths(conf, conf.find_file)
    if conf.oslo_policy.policy_file and main and os.path.isdir(main):
        raise ValueError(f'[oslo_policy] policy_file: {main} is a folder')
    for path in (main, *others):
        if path and os.path.isfile(path):
            _check(path)
    enforcer = make_enforcer(conf)
    try:
        enforcer.load_rules()
    except (AttributeError, TypeError, cfg.Error, OSError) as error:
        raise ValueError(str(error)) from error
    try:
        graphlib.TopologicalSorter(
            {
                name: set(_references(check))
                for name, check in enforcer.rules.items()
            }
        ).prepare()
    except graphlib.CycleError as error:
        raise ValueError(
            'rules refer to each other in a circle: '
            + ', '.join(error.args[1])
        ) from None
    # A trusted administrator has no role, however the administrators' role
    # is named.
    enforcer.rules[_ADMIN] = policy.OrCheck(
        [checks.TrustedCheck(TRUSTED, 'True'), enforcer.rules[_ADMIN]]
    )
    for name, check in enforcer.rules.items():
        enforcer.rules[name] = checks.prompt(check)
    # Otherwise it reads the file at every check, and fails the check when the
    # file is invalid.
    enforcer.use_conf = False
    return enforcer


def _check(path: str) -> None:
    try:
        with open(path, encoding='utf-8') as file:
            rules = policy.parse_file_contents(file.read())
    except (OSError, ValueError) as error:
        raise ValueError(f'{path}: {error}') from error
    # In oslo.policy, false is a rule that everybody passes.
    if not (
        isinstance(rules, dict)
        and all(
            isinstance(name, str) and isinstance(rule, str | list | None)
            for name, rule in rules.items()
        )
    ):
        raise ValueError(f'{path}: it is not a mapping of names to rules')


def undefined(enforcer: policy.Enforcer) -> list[str]:
    """Return the names that rules refer to and that no rule has."""
    return sorted(
        {
            asked
            for check in enforcer.rules.values()
            for asked in _references(check)
        }
        - set(enforcer.rules)
    )


def _references(check: Any) -> Iterator[str]:
    """Yield the names of the rules that a check refers to."""
    # oslo.policy's own warning leaves out those behind a "not".
    todo = [check]
    while todo:
        check = todo.pop()
        if isinstance(check, policy.RuleCheck):
            yield check.match
        elif isinstance(check, policy.NotCheck):
            todo.append(check.rule)
        else:
            todo += getattr(check, 'rules', [])


_Seen = tuple[str, int, int, int]
_Find = Callable[[str], str | None]


def _look(
    conf: cfg.ConfigOpts, find: _Find
) -> tuple[_Seen | None, list[_Seen]]:
    """Return the state of the policy file (None without one) and of the
    files in ``policy_dirs``; it differs after a change."""
    main, others = _paths(conf, find)
    return _look_at(main), [
        seen for path in others if (seen := _look_at(path))
    ]


def _paths(conf: cfg.ConfigOpts, find: _Find) -> tuple[str | None, list[str]]:
    """Return the policy file, None when there is none, and what is in
    ``policy_dirs``."""
    folders = map(find, conf.oslo_policy.policy_dirs)
    return find(conf.oslo_policy.policy_file), [
        path
        for folder in folders
        if folder
        for path in sorted(glob.glob(f'{glob.escape(folder)}/*'))
    ]


def _folders(conf: cfg.ConfigOpts) -> list[str]:
    """Return where ``conf.find_file`` looks, in its order."""
    project, snaps = (
        conf.project,
        [
            os.environ[name]
            for name in ('SNAP_COMMON', 'SNAP')
            if os.environ.get(name)
        ],
    )
    folders = [
        *conf.config_dirs,
        *(
            os.path.dirname(os.path.abspath(os.path.expanduser(path)))
            for path in reversed(conf.config_file)
        ),
        *([f'~/.{project}'] if project else []),
        '~',
        *([f'/etc/{project}'] if project else []),
        '/etc',
        *(f'{snap}/etc/{project}' for snap in snaps if project),
    ]
    return [os.path.abspath(os.path.expanduser(path)) for path in folders]


def _finder(conf: cfg.ConfigOpts) -> _Find:
    """Return a ``conf.find_file`` that does not compute the list of folders
    at each call."""
    folders = _folders(conf)

    @functools.cache
    def paths(name: str) -> list[str]:
        return [os.path.join(folder, name) for folder in folders]

    def find(name: str) -> str | None:
        for path in paths(name):
            if os.path.exists(path):
                return path
        return None

    return find


def _look_at(path: str | None) -> _Seen | None:
    try:
        found = path and os.stat(path)
    except OSError:
        return None
    return (
        (path, found.st_mtime_ns, found.st_size, found.st_ino)
        if (path and found)
        else None
    )


class _Rules:
    """The rules in force: those of the files as they are now, or as they were
    when they were last valid.

    :raises ValueError: see :func:`load`
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf
        # Formatting a log line checks a rule, too (context.is_admin).
        self._lock = threading.RLock()
        self._find = _finder(conf)
        self._seen = _look(conf, self._find)
        self._enforcer = load(conf)

    def enforcer(self) -> policy.Enforcer:
        seen = _look(self.conf, self._find)
        if seen != self._seen:
            with self._lock:
                if seen != self._seen:
                    gone = self._seen[0] and not seen[0]
                    self._seen = seen
                    self._read(gone)
        return self._enforcer

    def read_again(self) -> None:
        with self._lock:
            self._seen = _look(self.conf, self._find)
            self._read()

    def _read(self, gone: object = False) -> None:
        try:
            if gone:
                raise ValueError(
                    f'{self.conf.oslo_policy.policy_file}: it is gone'
                )
            self._enforcer = load(self.conf)
        except ValueError as error:
            LOG.error(
                'The rules stay as they were, the policy is invalid: %s',
                ' '.join(str(error).split()),
            )


_rules: _Rules | None = None


def setup(conf: cfg.ConfigOpts) -> None:
    """Set the rules of this process from its configuration. If it already has
    rules from that configuration, as a forked worker does, it keeps them when
    the policy file is invalid.

    :raises ValueError: see :func:`load`; only when it has no rules yet
    """
    global _rules
    if _rules is not None and _rules.conf is conf:
        _rules.read_again()
    else:
        _rules = _Rules(conf)


def reset() -> None:
    """Forget the process's rules."""
    global _rules
    _rules = None


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer for oslo.policy's command line tools.

    They parse the global configuration themselves and look for our rules
    behind the entry point ``oslo.policy.enforcer``.
    """
    conf = cfg.CONF
    set_defaults(conf)
    return make_enforcer(conf)


def in_force() -> policy.Enforcer:
    """Return the rules in force now; changed policy files are loaded first.

    :raises RuntimeError: when :func:`setup` has not been called
    """
    if _rules is None:
        raise RuntimeError('policy.setup() has not been called')
    return _rules.enforcer()


def authorize(
    credentials: Mapping[str, Any],
    rule: str,
    target: Mapping[str, Any],
    enforcer: policy.Enforcer | None = None,
) -> bool:
    """Return whether the credentials pass the rule on the target.

    :param target: the owner's ``project_id`` and ``user_id``, and the
        ``host``; unknown values are left out, since None equals None
    :param enforcer: the rules to check; by default those in force now
    :raises RuntimeError: when :func:`setup` has not been called
    """
    try:
        return bool(
            (enforcer or in_force()).authorize(
                rule, dict(target), dict(credentials), do_raise=False
            )
        )
    except policy.InvalidScope:
        return False


def refusal(rule: str) -> exception.PolicyNotAuthorized:
    """Count a refusal, and return the error for the caller."""
    metrics.POLICY_REFUSALS.add(rule)
    return exception.PolicyNotAuthorized(action=rule)


def in_scope(
    credentials: Mapping[str, Any],
    rule: str,
    enforcer: policy.Enforcer | None = None,
) -> bool:
    """Return whether a token of this scope (project, domain or system) can
    pass the rule at all, on any target. Parameters and errors are those of
    :func:`authorize`.
    """
    try:
        (enforcer or in_force()).authorize(
            rule, {}, dict(credentials), do_raise=True
        )
    except policy.InvalidScope:
        return False
    except policy.PolicyNotAuthorized:
        pass
    return True
