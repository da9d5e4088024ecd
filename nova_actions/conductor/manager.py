# SPDX-License-Identifier: Apache-2.0
"""The conductor's endpoints: the server side of remoting.

Only our own registered objects are dispatched to, and of those only
remotables that carry a rule (``objects.gate``).
"""

from collections.abc import Callable, Mapping
from typing import Any

import oslo_messaging as messaging
from oslo_log import log as logging
from oslo_utils import versionutils
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import exception as ovo_exc

from nova_actions import exception
from nova_actions import rpc
from nova_actions.objects import base

LOG = logging.getLogger(__name__)


class BaseManager:
    """What a compute service asks before it starts: is anybody there?"""

    target = messaging.Target(namespace='baseapi', version='1.0')

    def ping(self, context: Any, arg: Any) -> dict[str, Any]:
        return {'service': 'conductor', 'arg': arg}


class ConductorManager:
    target = messaging.Target(version='3.0')

    def object_class_action_versions(
            self, context: Any, objname: str, objmethod: str,
            object_versions: Mapping[str, str], args: Any,
            kwargs: Any) -> Any:
        """Run a remotable class method and return its result at the versions
        that the caller asks for."""
        return _answer(self._class_action, context, objname, objmethod,
                       object_versions, args, kwargs)

    def object_action(self, context: Any, objinst: Any, objmethod: str,
                      args: Any, kwargs: Any) -> Any:
        """Run a remotable method of an object and return what changed in it
        (at its own version) and the result."""
        return _answer(self._action, context, objinst, objmethod, args,
                       kwargs)

    def object_backport_versions(self, context: Any, objinst: Any,
                                 object_versions: Mapping[str, str],
                                 ) -> Any:
        """Return the object's primitive at the versions asked for."""
        return _answer(self._backport, objinst, object_versions)

    def _class_action(self, context: Any, objname: str, objmethod: str,
                      object_versions: Mapping[str, str], args: Any,
                      kwargs: Any) -> Any:
        manifest = _manifest(object_versions)
        args, kwargs = _arguments(args, kwargs)
        if not isinstance(objname, str):
            raise exception.InvalidInput(argument='objname',
                                         reason='it is not a string')
        version = manifest.get(base.prefixed(objname))
        if version is None:
            raise exception.InvalidInput(
                argument='object_versions',
                reason=f'it does not name {base.bare(objname)[:255]}')
        objclass = base.ActionsObject.obj_class_from_name(objname, version)
        method = _remotable(objclass, objclass, objmethod)
        result = method(context, *args, **kwargs)
        if isinstance(result, ovo.VersionedObject):
            return result.obj_to_primitive(version, manifest)
        return result

    def _action(self, context: Any, objinst: Any, objmethod: str, args: Any,
                kwargs: Any) -> tuple[dict[str, Any], Any]:
        objinst = _own(objinst)
        args, kwargs = _arguments(args, kwargs)
        before = objinst.obj_clone()
        version = objinst.VERSION
        result = _remotable(type(objinst), objinst, objmethod)(
            *args, **kwargs)
        changed = {
            name for name in objinst.fields
            if objinst.obj_attr_is_set(name) and (
                not before.obj_attr_is_set(name)
                or getattr(before, name) != getattr(objinst, name))}
        data = _at_version(objinst, version)
        updates = {name: data[name] for name in sorted(changed)
                   if name in data}
        updates['obj_what_changed'] = sorted(objinst.obj_what_changed())
        return updates, result

    def _backport(self, objinst: Any,
                  object_versions: Mapping[str, str]) -> dict[str, Any]:
        objinst = _own(objinst)
        manifest = _manifest(object_versions)
        version = manifest.get(objinst.obj_name())
        if version is None:
            raise exception.InvalidInput(
                argument='object_versions',
                reason=f'it does not name {base.bare(objinst.obj_name())}')
        primitive: dict[str, Any] = objinst.obj_to_primitive(
            version, manifest)
        return primitive


def _answer(function: Callable[..., Any], *args: Any) -> Any:
    """Run a call; an error goes to the caller, not into our log."""
    try:
        return function(*args)
    except Exception as error:
        if not isinstance(error, exception.ActionsException
                          | ovo_exc.VersionedObjectsException):
            LOG.exception('A remote call failed')
            error = exception.ActionsException(
                f'The call failed in the conductor: {type(error).__name__}.')
        wire = rpc.to_wire(error)
        try:
            # Without its context: a cause may carry SQL and values.
            raise wire.with_traceback(None) from None
        except Exception:
            raise messaging.ExpectedException() from None


def _remotable(objclass: type[ovo.VersionedObject], holder: Any,
               name: Any) -> Callable[..., Any]:
    """Return the method, if it is one that is offered."""
    method = None
    if isinstance(name, str) and not name.startswith('_'):
        is_class_method = isinstance(
            _static(objclass, name), classmethod)
        if is_class_method is isinstance(holder, type):
            method = getattr(holder, name, None)
    rule = getattr(getattr(method, 'original_fn', None), 'rule', None)
    if method is None or rule is None:
        LOG.warning('Refused a remote call of %r on %s', name,
                    base.bare(objclass.obj_name()))
        raise exception.RemoteCallRefused(
            objname=base.bare(objclass.obj_name()),
            objmethod=str(name)[:255])
    found: Callable[..., Any] = method
    return found


def _static(objclass: type, name: str) -> Any:
    for parent in objclass.__mro__:
        if name in vars(parent):
            return vars(parent)[name]
    return None


def _own(objinst: Any) -> ovo.VersionedObject:
    if not isinstance(objinst, base.ActionsObject):
        raise exception.InvalidInput(
            argument='objinst', reason='it is not an object of ours')
    return objinst


def _arguments(args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    if not isinstance(args, list | tuple):
        raise exception.InvalidInput(argument='args',
                                     reason='it is not a list')
    if not isinstance(kwargs, dict) or 'context' in kwargs:
        raise exception.InvalidInput(
            argument='kwargs', reason='it is not a mapping of arguments')
    return list(args), kwargs


def _manifest(versions: Any) -> dict[str, str]:
    """Return the versions that a caller knows, by our registry's names."""
    if not isinstance(versions, Mapping):
        raise exception.InvalidInput(argument='object_versions',
                                     reason='it is not a mapping')
    manifest = {}
    for name, version in versions.items():
        try:
            versionutils.convert_version_to_tuple(version)
        except (TypeError, ValueError):
            raise exception.InvalidInput(
                argument='object_versions',
                reason='a version in it is not X.Y') from None
        manifest[base.prefixed(name)] = version
    return manifest


def _at_version(objinst: ovo.VersionedObject,
                version: str) -> dict[str, Any]:
    """Return the fields of an object as a caller of that version knows
    them."""
    current = type(objinst).VERSION
    objinst.VERSION = current
    primitive: dict[str, Any] = objinst.obj_to_primitive(
        version, None if version == current else {})
    data: dict[str, Any] = primitive['nova_object.data']
    return data
