# SPDX-License-Identifier: Apache-2.0
"""The enforcer: the one place where a rule is asked."""

import copy
import threading
from collections.abc import Mapping
from typing import Any

from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy

from nova_actions import policies

_lock = threading.Lock()
_enforcer: policy.Enforcer | None = None


@policy.register('is_admin')
class IsAdminCheck(policy.Check):
    """The check ``is_admin:True``, as Nova reads it: "true" in any case asks
    for an administrator, whatever else for somebody who is none."""

    def __call__(self, target: Any, creds: Mapping[str, Any], enforcer: Any,
                 current_rule: str | None = None) -> bool:
        expected = self.match.lower() == 'true'
        return creds.get('is_admin') is expected


def set_defaults(conf: cfg.ConfigOpts) -> None:
    """Set our defaults of oslo.policy's options (Nova's, since its Wallaby
    release)."""
    opts.set_defaults(conf, policy_file='policy.yaml')


def make_enforcer(conf: cfg.ConfigOpts) -> policy.Enforcer:
    """Return a new enforcer that knows every rule of ours.

    The defaults are copied, since an enforcer changes what it is given.
    """
    enforcer = policy.Enforcer(conf)
    enforcer.suppress_default_change_warnings = True
    enforcer.suppress_deprecation_warnings = True
    enforcer.register_defaults(copy.deepcopy(policies.list_rules()))
    return enforcer


def load(conf: cfg.ConfigOpts) -> policy.Enforcer:
    """Return a new enforcer that has read the policy file.

    :raises ValueError: for a file that is not rules by their names
    :raises oslo_policy.policy.InvalidDefinitionError: for rules that are not
        well defined
    """
    enforcer = make_enforcer(conf)
    try:
        enforcer.load_rules()
        sound = all(isinstance(name, str) for name in enforcer.file_rules)
    except (AttributeError, TypeError):
        # oslo.policy takes for granted what YAML makes of the file.
        sound = False
    if not sound:
        raise ValueError('it is not a mapping of names to rules')
    return enforcer


def setup(conf: cfg.ConfigOpts) -> None:
    """Make the process's enforcer from its configuration.

    :raises ValueError, oslo_policy.policy.InvalidDefinitionError: as
        :func:`load`
    """
    global _enforcer
    enforcer = load(conf)
    with _lock:
        _enforcer = enforcer


def reset() -> None:
    """Forget the process's enforcer."""
    global _enforcer
    with _lock:
        _enforcer = None


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer for oslo.policy's command line tools.

    They parse the global configuration themselves and look for our rules
    behind the entry point ``oslo.policy.enforcer``.
    """
    conf = cfg.CONF
    set_defaults(conf)
    return _enforcer or make_enforcer(conf)


def authorize(credentials: Mapping[str, Any], rule: str,
              target: Mapping[str, Any]) -> bool:
    """Tell whether the credentials pass the rule on the target.

    :param target: the owner's ``project_id`` and ``user_id`` and the
        ``host``; what is unknown is left out, since None equals None
    :raises RuntimeError: when :func:`setup` has not been called
    """
    if _enforcer is None:
        raise RuntimeError('policy.setup() has not been called')
    try:
        return bool(_enforcer.authorize(rule, dict(target), dict(credentials),
                                        do_raise=False))
    except policy.InvalidScope:
        return False
