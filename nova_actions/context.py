# SPDX-License-Identifier: Apache-2.0
"""The request context: the caller, the request, and the caller's rights."""

import datetime
import functools
from collections.abc import Mapping
from typing import Any

from oslo_context import context
from oslo_db.sqlalchemy import enginefacade
from oslo_policy.policy import Enforcer
from oslo_utils import timeutils

from nova_actions import exception
from nova_actions import policies
from nova_actions import policy
from nova_actions import validation

READ_DELETED = ('no', 'yes', 'only')


@enginefacade.transaction_context_provider
class RequestContext(context.RequestContext):
    """The context of one request.

    :param timestamp: when the request began, naive UTC with microseconds,
        or ISO 8601 text; now by default
    :param read_deleted: ``no``, ``yes`` or ``only``, as in Nova
    :param is_admin: True for an administrator without roles, which only a
        trusted caller (RPC, a command on the conductor's host) may set; None
        to have the rule ``context_is_admin`` decide. An administrator without
        a user and a project is the service itself
    :raises InvalidInput: for an invalid timestamp or read_deleted
    """

    def __init__(
        self,
        *args: Any,
        timestamp: datetime.datetime | str | None = None,
        read_deleted: str = 'no',
        **kwargs: Any,
    ) -> None:
        self._trusted_admin = kwargs.get('is_admin') is True
        self.timestamp = _parse_timestamp(timestamp)
        if read_deleted not in READ_DELETED:
            raise exception.InvalidInput(
                argument='read_deleted',
                reason=f'it is not one of {", ".join(READ_DELETED)}',
            )
        self.read_deleted = read_deleted
        self._verdicts: dict[tuple[Any, ...], bool] = {}
        # Last of all: from here on the thread's log lines belong to this
        # request, unless the thread already works on another one (of Nova's,
        # say).
        kwargs.setdefault('overwrite', False)
        super().__init__(*args, **kwargs)

    @property
    def _is_own(self) -> bool:
        return (
            self._trusted_admin
            and self.user_id is None
            and self.project_id is None
        )

    @functools.cached_property
    def _enforcer(self) -> Enforcer:
        """The rules that were in force at the first check: one request is
        judged by one version of the policy files, and to look whether they
        have changed takes longer than to ask a rule."""
        return policy.in_force()

    def check_is_admin(self) -> bool:
        """Check the rule ``context_is_admin`` with the caller as its own
        target, as Nova does."""
        own = {'project_id': self.project_id, 'user_id': self.user_id}
        return policy.authorize(
            super().to_policy_values(),
            'context_is_admin',
            {name: value for name, value in own.items() if value},
            self._enforcer,
        )

    def to_policy_values(self) -> dict[str, Any]:
        """Return the credentials that rules are checked against.

        Nova's admin context has no roles; a trusted one counts as having
        the role admin, so that it passes rules that require this role.
        """
        values = dict(super().to_policy_values())
        values['is_admin'] = bool(self.is_admin)
        values[policy.TRUSTED] = self._trusted_admin
        if self._trusted_admin:
            values['roles'] = [*values['roles'], 'admin']
        return values

    def can(
        self,
        rule: str,
        target: Mapping[str, Any] | None = None,
        fatal: bool = True,
    ) -> bool:
        """Return whether this context passes the rule on the target.

        The service itself passes every rule of ours: it has no role, and
        recording must not depend on how an operator names the administrators'
        role. Results are cached for the life of the context.

        :param target: see :func:`nova_actions.policy.authorize`
        :raises PolicyNotAuthorized: when it does not pass and fatal is true
        """
        if self._is_own and rule in policies.ASKED:
            return True
        key = (rule, *sorted((target or {}).items()))
        if key not in self._verdicts:
            self._verdicts[key] = policy.authorize(
                self.to_policy_values(), rule, target or {}, self._enforcer
            )
        if fatal and not self._verdicts[key]:
            raise policy.refusal(rule)
        return self._verdicts[key]

    def in_scope(self, rule: str) -> bool:
        """Return whether a token of this scope can pass the rule at all."""
        return policy.in_scope(self.to_policy_values(), rule, self._enforcer)

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent over RPC: everything but the token."""
        values = super().to_dict()
        values.update(
            user_id=self.user_id,
            project_id=self.project_id,
            user_name=self.user_name,
            project_name=self.project_name,
            read_deleted=self.read_deleted,
            timestamp=self.timestamp.isoformat(timespec='microseconds'),
            service_roles=self.service_roles,
            auth_token=None,
        )
        return values

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], **kwargs: Any
    ) -> 'RequestContext':
        """Build the context of an RPC call.

        Nova sends keys that we do not know; a minimal client sends only
        user_id, project_id, is_admin and request_id. The token is dropped.
        From here on the thread's log lines belong to this request.

        :raises InvalidInput: for values of the wrong type
        """
        roles = _strings(values, 'roles')
        kwargs.setdefault('overwrite', True)
        return cls(
            user_id=_string(values, 'user_id', 'user'),
            project_id=_string(values, 'project_id', 'project', 'tenant'),
            user_name=_string(values, 'user_name'),
            project_name=_string(values, 'project_name'),
            is_admin=values.get('is_admin') is True,
            roles=roles,
            service_roles=_strings(values, 'service_roles'),
            request_id=_string(values, 'request_id'),
            global_request_id=_string(values, 'global_request_id'),
            timestamp=values.get('timestamp'),
            read_deleted=values.get('read_deleted') or 'no',
            **kwargs,
        )

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, Any], **kwargs: Any
    ) -> 'RequestContext':
        """Build the context of an HTTP request from what keystonemiddleware
        and oslo.middleware left in its environ.

        The policy alone decides whether the caller is an administrator. From
        here on the thread's log lines belong to this request.
        """
        kwargs['is_admin'] = None
        kwargs.setdefault('overwrite', True)
        built: RequestContext = super().from_environ(dict(environ), **kwargs)
        return built


def get_admin_context(read_deleted: str = 'no') -> RequestContext:
    """Return the context of the service itself, which may do everything."""
    return RequestContext(is_admin=True, read_deleted=read_deleted)


def _parse_timestamp(value: object) -> datetime.datetime:
    return validation.time('timestamp', value) if value else timeutils.utcnow()


def _string(values: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = values.get(name)
        if value:
            if (
                not isinstance(value, str)
                or len(value) > 255
                or not value.isprintable()
            ):
                raise exception.InvalidInput(
                    argument=name,
                    reason='it is not a string of at most '
                    '255 printable characters',
                )
            return value
    return None


def _strings(values: Mapping[str, Any], name: str) -> list[str]:
    value = values.get(name) or []
    if not isinstance(value, list) or not all(
        isinstance(item, str) for item in value
    ):
        raise exception.InvalidInput(
            argument=name, reason='it is not a list of strings'
        )
    return list(value)
