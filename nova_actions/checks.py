# SPDX-License-Identifier: Apache-2.0
"""The parts of rules: Nova's own kind, and faster forms of oslo.policy's.

oslo.policy (6.0) inspects the signature of each part of a rule each time that
the rule is asked, which takes longer than the part itself. Here that is done
once, when the rules are read.
"""

import functools
import inspect
import keyword
from collections.abc import Mapping
from typing import Any, TypeVar

from oslo_policy import policy

K = TypeVar('K', bound=type)

#: A credential that no role grants: it marks those that a trusted caller has
#: named administrators.
TRUSTED = 'is_trusted_admin'


def _inspected(kind: K) -> K:
    """Store the signature of a check where :mod:`inspect` finds it:
    oslo.policy inspects the outermost check of a rule at each call."""
    kind.__call__.__signature__ = (  # type: ignore[attr-defined]
        inspect.signature(kind.__call__)
    )
    return kind


@policy.register('is_admin')
@_inspected
class IsAdminCheck(policy.Check):
    """The check ``is_admin:True`` as in Nova: "true", in upper or lower case,
    requires an administrator; anything else requires that the caller is not
    one."""

    def __call__(
        self,
        target: Any,
        creds: Mapping[str, Any],
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        expected = self.match.lower() == 'true'
        return creds.get('is_admin') is expected


@_inspected
class TrustedCheck(policy.Check):
    """Passes those that a trusted caller has named administrators."""

    def __call__(
        self,
        target: Any,
        creds: Mapping[str, Any],
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        return creds.get(TRUSTED) is True


@_inspected
class _And(policy.AndCheck):
    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        return all(
            rule(target, creds, enforcer, current_rule) for rule in self.rules
        )


@_inspected
class _Or(policy.OrCheck):
    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        return any(
            rule(target, creds, enforcer, current_rule) for rule in self.rules
        )


@_inspected
class _Not(policy.NotCheck):
    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        return not self.rule(target, creds, enforcer, current_rule)


@_inspected
class _Rule(policy.RuleCheck):
    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        try:
            return bool(
                enforcer.rules[self.match](
                    target, creds, enforcer, current_rule
                )
            )
        except KeyError:
            # As in oslo.policy: nobody passes a missing rule.
            return False


@functools.cache
def _generic() -> Any:
    """Return the class of checks such as ``project_id:%(project_id)s``.

    oslo.policy has it in no public module, and the first check that it makes
    imports what not every command needs.
    """
    return type(policy.RuleDefault('of_a_project', 'a:%(b)s').check)


@_inspected
class _Credential(policy.Check):
    """Compares a credential; oslo.policy looks each time whether its name is
    a literal of Python."""

    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        try:
            expected, value = self.match % target, creds[self.kind]
        except KeyError:
            return False
        values = value if isinstance(value, list) else [value]
        return any(str(each) == expected for each in values)


@_inspected
class _Old(policy.Check):
    """A plug-in's check with the old signature, without the rule's name."""

    def __init__(self, check: Any) -> None:
        super().__init__(check.kind, check.match)
        self.check = check

    def __call__(
        self,
        target: Any,
        creds: Any,
        enforcer: Any,
        current_rule: str | None = None,
    ) -> bool:
        return bool(self.check(target, creds, enforcer))


def prompt(check: Any) -> Any:
    """Return an equivalent check that is faster; each of its parts takes
    four arguments."""
    if type(check) is policy.AndCheck:
        return _And([prompt(rule) for rule in check.rules])
    if type(check) is policy.OrCheck:
        return _Or([prompt(rule) for rule in check.rules])
    if type(check) is policy.NotCheck:
        return _Not(prompt(check.rule))
    if type(check) is policy.RuleCheck:
        return _Rule(check.kind, check.match)
    if type(check) is _generic() and (
        check.kind.isidentifier() and not keyword.iskeyword(check.kind)
    ):
        return _Credential(check.kind, check.match)
    if len(inspect.getfullargspec(check.__call__).args) > 4:
        return check
    return _Old(check)
