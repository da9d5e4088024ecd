# SPDX-License-Identifier: Apache-2.0
"""The conductor's endpoints: the server side of remoting.

Only our own registered objects are dispatched to, and of those only
remotables that carry a rule (``objects.gate``).
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import oslo_messaging as messaging
from oslo_log import log as logging
from oslo_versionedobjects import base as ovo

from nova_actions import exception
from nova_actions.context import RequestContext
from nova_actions.objects import base
from nova_actions.rpc import dispatcher

LOG = logging.getLogger(__name__)

#: Names of objects with their versions.
Versions = tuple[tuple[str, str], ...]

#: Characters of the names in a call that is remembered.
_REMEMBERED = 1000


class BaseManager:
    """What a compute service asks before it starts: is anybody there?"""

    target = messaging.Target(namespace='baseapi', version='1.0')

    @dispatcher.exposed
    def ping(self, context: RequestContext, arg: object) -> dict[str, object]:
        return {'service': 'conductor', 'arg': arg}


class ConductorManager:
    target = messaging.Target(version='3.0')

    @dispatcher.exposed
    def object_class_action_versions(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: Mapping[str, str],
        args: object,
        kwargs: object,
    ) -> Any:
        """Run a remotable class method and return its result at the versions
        that the caller asks for."""
        if not isinstance(objname, str):
            raise exception.InvalidInput(
                argument='objname', reason='it is not a string'
            )
        call = _class_method(objname, objmethod, _versions(object_versions))
        given, named = _arguments(call.method, args, kwargs)
        result = call.method(context, *given, **named)
        if isinstance(result, ovo.VersionedObject):
            return result.obj_to_primitive(call.version, call.manifest)
        return result

    @dispatcher.exposed
    def object_action(
        self,
        context: RequestContext,
        objinst: object,
        objmethod: str,
        args: object,
        kwargs: object,
    ) -> tuple[dict[str, Any], Any]:
        """Run a remotable method of an object and return what changed in it
        (at its own version) and the result."""
        own = _own(objinst)
        method = _remotable(type(own), own, objmethod)
        given, named = _arguments(method, args, kwargs)
        before = _data(own)
        result = method(*given, **named)
        updates = {
            name: value
            for name, value in _data(own).items()
            if name not in before or before[name] != value
        }
        updates['obj_what_changed'] = sorted(own.obj_what_changed())
        return updates, result

    @dispatcher.exposed
    def object_backport_versions(
        self,
        context: RequestContext,
        objinst: object,
        object_versions: Mapping[str, str],
    ) -> base.Primitive:
        """Return the object's primitive at the versions asked for."""
        own = _own(objinst)
        manifest = _manifest(_versions(object_versions))
        primitive: base.Primitive = own.obj_to_primitive(
            _wanted(manifest, own.obj_name()), manifest
        )
        return primitive


class _Call(NamedTuple):
    """A class method, and how its result is sent."""

    method: Callable[..., Any]
    version: str
    manifest: dict[str, str]


def _class_method(
    objname: str, objmethod: object, versions: Versions
) -> _Call:
    """Return a remotable class method.

    Callers ask for the same few again and again. Only what is as short as
    theirs is remembered.
    """
    size = len(objname) + sum([len(name) for name, _version in versions])
    if isinstance(objmethod, str) and size + len(objmethod) <= _REMEMBERED:
        return _found(objname, objmethod, versions)
    return _found.__wrapped__(objname, objmethod, versions)


@functools.lru_cache
def _found(objname: str, objmethod: object, versions: Versions) -> _Call:
    manifest = _manifest(versions)
    version = _wanted(manifest, objname)
    objclass = base.ActionsObject.obj_class_from_name(objname, version)
    _check_tree(objclass, manifest)
    method = _remotable(objclass, objclass, objmethod)
    return _Call(method, version, manifest)


def _remotable(
    objclass: type[ovo.VersionedObject], holder: object, name: object
) -> Callable[..., Any]:
    """Return the method, if it is one that is offered."""
    method = None
    if isinstance(name, str) and not name.startswith('_'):
        is_class_method = isinstance(_static(objclass, name), classmethod)
        if is_class_method is isinstance(holder, type):
            method = getattr(holder, name, None)
    rule = getattr(getattr(method, 'original_fn', None), 'rule', None)
    if method is None or rule is None:
        LOG.warning(
            'Refused a remote call of %r on %s',
            str(name)[: base.NAME_LIMIT],
            base.bare(objclass.obj_name()),
        )
        raise exception.RemoteCallRefused(
            objname=base.bare(objclass.obj_name()),
            objmethod=str(name)[: base.NAME_LIMIT],
        )
    found: Callable[..., Any] = method
    return found


def _static(objclass: type, name: str) -> object:
    for parent in objclass.__mro__:
        if name in vars(parent):
            return vars(parent)[name]
    return None


def _own(objinst: object) -> ovo.VersionedObject:
    if not isinstance(objinst, base.ActionsObject):
        raise exception.InvalidInput(
            argument='objinst', reason='it is not an object of ours'
        )
    return objinst


def _arguments(
    method: Callable[..., object], args: object, kwargs: object
) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments, if a caller may give them to the method: the
    names of ``self``, of the context and of what the gate adds are ours."""
    if not isinstance(args, list | tuple):
        raise exception.InvalidInput(
            argument='args', reason='it is not a list'
        )
    names = _names(getattr(method, 'original_fn', method))
    if not isinstance(kwargs, dict) or not kwargs.keys() <= names:
        raise exception.Invalid(
            f'{method.__name__}(): an argument is not one of '
            f'{", ".join(sorted(names)) or "none"}'
        )
    return list(args), kwargs


@functools.cache
def _names(function: Callable[..., object]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters) - {
        'self',
        'cls',
        'context',
    }


def _versions(given: object) -> Versions:
    """Return the versions that a caller knows, as it sends them."""
    if not isinstance(given, Mapping):
        raise exception.InvalidInput(
            argument='object_versions', reason='it is not a mapping'
        )
    pairs = tuple(given.items())
    for name, version in pairs:
        if not isinstance(name, str) or not isinstance(version, str):
            raise _not_a_version()
    return pairs


def _not_a_version() -> exception.InvalidInput:
    return exception.InvalidInput(
        argument='object_versions', reason='a version in it is not X.Y'
    )


def _manifest(versions: Versions) -> dict[str, str]:
    """Return the versions that a caller knows, by our registry's names."""
    manifest = {}
    for name, value in versions:
        version = base.parse_version(value)
        if version is None:
            raise _not_a_version()
        manifest[base.prefixed(name)] = version
    return manifest


def _wanted(manifest: Mapping[str, str], objname: str) -> str:
    version = manifest.get(base.prefixed(objname))
    if version is None:
        raise exception.InvalidInput(
            argument='object_versions',
            reason=f'it does not name {base.bare(objname[: base.NAME_LIMIT])}',
        )
    return version


def _check_tree(
    objclass: type[ovo.VersionedObject], manifest: Mapping[str, str]
) -> None:
    """See, before anything is done, that the result can be made as it is
    asked for, its children included.

    :raises IncompatibleObjectVersion: a child is asked for that is above
        ours
    """
    for name in ovo.obj_tree_get_versions(objclass.obj_name()):
        if name in manifest:
            base.ActionsObject.obj_class_from_name(name, manifest[name])


def _data(objinst: ovo.VersionedObject) -> dict[str, Any]:
    """Return the fields of an object as its sender knows them."""
    data: dict[str, Any] = objinst.obj_to_primitive()['nova_object.data']
    return data
