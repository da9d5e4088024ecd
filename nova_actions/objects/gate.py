# SPDX-License-Identifier: Apache-2.0
"""The gate: checks the arguments, then the rule, then runs the body.

Every remotable has :func:`gated` under ``@remotable``, so that nothing reaches
the database without it, whether the call comes from REST or RPC.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import validation
from nova_actions import vocabulary
from nova_actions.cells import merged_view
from nova_actions.cells import owner
from nova_actions.context import RequestContext
from nova_actions.objects import base

F = TypeVar('F', bound=Callable[..., Any])
Arguments = Mapping[str, Any]
Instance = Mapping[str, Any] | None
Resolve = Callable[[Any, RequestContext, Arguments], Instance]

#: Whether oslo's ``remotable`` supports classmethods: since 3.10, which also
#: made its fields generic classes. Nova 32 comes with 3.8.
_FOR_CLASSES = hasattr(ovo_fields.AutoTypedField, '__class_getitem__')

#: The maximum number of reports in one call.
BATCH_LIMIT = 500

#: The maximum number of items in a list, for any caller.
LIST_LIMIT = 1000


_REPORTS = base.prefixed('ReportList')


def _batch(argument: str, value: object) -> base.ActionsObject:
    found = getattr(value, 'objects', None)
    if (
        not isinstance(value, base.ActionsObject)
        or value.obj_name() != _REPORTS
        or not isinstance(found, list)
        or len(found) > BATCH_LIMIT
    ):
        raise exception.InvalidInput(
            argument=argument,
            reason=f'it is not a ReportList of at most {BATCH_LIMIT}',
        )
    return value


def _limit(argument: str, value: object) -> int:
    """The number of items in a list, up to :data:`LIST_LIMIT`."""
    return (
        LIST_LIMIT
        if value is None
        else min(validation.limit(argument, value), LIST_LIMIT)
    )


#: The check of each argument that a remotable may have, by its name.
CHECKS: Mapping[str, validation.Check] = {
    'instance_uuid': validation.uuid,
    'request_id': validation.request_id,
    'action_name': validation.name,
    'event_name': validation.name,
    'action_id': validation.integer,
    'event_id': validation.integer,
    'name': validation.optional(validation.name),
    'uuid': validation.optional(validation.uuid),
    'host': validation.optional(validation.name),
    'project_id': validation.optional(validation.name),
    'want_result': validation.optional(validation.boolean),
    'all_projects': validation.boolean,
    'limit': _limit,
    'marker': validation.optional(validation.request_id),
    'filters': validation.optional(validation.filters),
    'terms': validation.terms,
    'cursor': validation.optional(validation.text),
    'start_time': validation.optional(validation.time),
    'finish_time': validation.optional(validation.time),
    'duration': validation.optional(validation.duration),
    'error_type': validation.optional(validation.name),
    'exc_val': validation.optional(validation.text),
    'exc_tb': validation.optional(validation.text),
    'epoch': validation.optional(validation.uuid),
    'evidence': validation.text,
    'details': validation.optional(validation.text),
    'reports': _batch,
    'waiting': validation.count,
    'oldest_age': validation.optional(validation.count),
    'lost': validation.counts(vocabulary.LOSSES),
    'about': validation.optional(validation.texts(vocabulary.ABOUT)),
}


def target_of(instance: Instance, host: str | None = None) -> dict[str, str]:
    """Return the target of a rule: the owner's ids and the host. Unknown
    values are left out, because in oslo.policy None equals None."""
    found = (
        {'project_id': instance['project_id'], 'user_id': instance['user_id']}
        if instance
        else {}
    )
    found['host'] = host
    return {name: value for name, value in found.items() if value is not None}


def by_instance(
    _self: object, context: RequestContext, arguments: Arguments
) -> Instance:
    """The owner of the instance in the arguments."""
    return owner.find(context, arguments['instance_uuid'])


def by_action(
    _self: object, context: RequestContext, arguments: Arguments
) -> Instance:
    """The owner of the instance of the action in the arguments."""
    return merged_view.action_get_instance(context, arguments['action_id'])


def by_own_instance(
    self: base.ActionsObject, context: RequestContext, _arguments: Arguments
) -> Instance:
    """The owner of the object's instance."""
    return owner.find(
        context, validation.uuid('instance_uuid', _set(self, 'instance_uuid'))
    )


def by_own_action(
    self: base.ActionsObject, context: RequestContext, _arguments: Arguments
) -> Instance:
    """The owner of the instance of the object's action."""
    return merged_view.action_get_instance(
        context, validation.integer('action_id', _set(self, 'action_id'))
    )


def by_project(
    _self: object, _context: RequestContext, arguments: Arguments
) -> Instance:
    """The project in the arguments."""
    if arguments.get('project_id') is None:
        return None
    return {'project_id': arguments['project_id'], 'user_id': None}


def by_nobody(
    _self: object, _context: RequestContext, _arguments: Arguments
) -> Instance:
    """No owner: only callers who may act on everything pass."""
    return None


def is_own(context: RequestContext, record: base.Row) -> bool:
    """Return whether a record names the context's user, and nobody else, as
    the one who did it."""
    return (record.get('project_id'), record.get('user_id')) == (
        context.project_id,
        context.user_id,
    ) and all(
        record.get(name) in (None, getattr(context, name))
        for name in ('project_name', 'user_name')
    )


def _set(obj: base.ActionsObject, name: str) -> Any:
    if name not in obj:
        raise exception.InvalidInput(argument=name, reason='it is not set')
    return getattr(obj, name)


def remotable(function: F) -> F:
    """Apply oslo's decorator and keep the type of the function."""
    if (
        not _FOR_CLASSES
        and next(iter(inspect.signature(function).parameters)) == 'cls'
    ):
        return cast(F, ovo.remotable_classmethod(function).__func__)
    return cast(F, ovo.remotable(function))


def _binder(signature: inspect.Signature) -> Callable[..., dict[str, Any]]:
    """Return a function that returns its arguments by name, in the order of
    the signature and defaults included, in a fraction of the time that
    ``signature.bind`` takes.

    It raises TypeError for arguments that do not fit.

    :param signature: of parameters that may be positional
    """
    names = tuple(signature.parameters)
    defaults = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
    }
    required = {
        name
        for name, default in defaults.items()
        if default is inspect.Parameter.empty
    }

    def bind(*args: Any, **kwargs: Any) -> dict[str, Any]:
        given = dict(zip(names, args, strict=False)) | kwargs
        found = defaults | given
        if (
            len(args) + len(kwargs) != len(given)
            or len(found) != len(names)
            or not required <= given.keys()
        ):
            # It says what is wrong.
            return signature.bind(*args, **kwargs).arguments
        return found

    return bind


def gated(rule: str, resolve: Resolve) -> Callable[[F], F]:
    """Run the body of a remotable only if the caller passes the rule.

    A body with the keyword ``instance`` gets what ``resolve`` has found;
    callers do not see this keyword. The decorated method raises Invalid for
    an invalid argument, and PolicyNotAuthorized when the rule refuses.

    :param rule: the name of the rule
    :param resolve: finds the owner's ids from the object or the arguments.
        None means a target without an owner, which only callers who may act
        on everything pass: unknown and foreign things look alike
    """

    def decorator(function: F) -> F:
        signature = inspect.signature(function)
        takes_instance = 'instance' in signature.parameters
        # oslo's fingerprints of objects look at the signature: what a caller
        # may send counts, and the class of the context does not.
        signature = signature.replace(
            parameters=[
                parameter.replace(annotation=Any)
                if parameter.name == 'context'
                else parameter
                for parameter in signature.parameters.values()
                if parameter.name != 'instance'
            ]
        )
        is_class_method = 'context' in signature.parameters
        bind = _binder(signature)

        @functools.wraps(function)
        def wrapper(first: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                arguments = bind(first, *args, **kwargs)
            except TypeError as error:
                raise exception.Invalid(
                    f'{function.__name__}(): {error}'
                ) from None
            for name, value in arguments.items():
                if name in CHECKS:
                    arguments[name] = CHECKS[name](name, value)
            context = (
                arguments['context'] if is_class_method else first._context
            )
            instance = resolve(first, context, arguments)
            context.can(rule, target_of(instance, arguments.get('host')))
            if takes_instance:
                return function(**arguments, instance=instance)
            return function(**arguments)

        wrapper.rule = rule  # type: ignore[attr-defined]
        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        return cast(F, wrapper)

    return decorator
