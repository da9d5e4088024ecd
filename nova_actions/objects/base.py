# SPDX-License-Identifier: Apache-2.0
"""The base of our objects: names on the wire, and which end a call is on.

oslo.versionedobjects' registry is one per process and keyed by name. Ours
stand in it under a prefix, so that Nova's own objects of the same names are
left alone; on the wire and in error texts the bare names are used.
"""

import contextlib
import contextvars
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects import exception as ovo_exc
from oslo_versionedobjects import fields as ovo_fields

from nova_actions.objects import fields

PREFIX = 'nova_actions.'
NAMESPACE = 'nova'

_TIME_FIELDS = ('created_at', 'updated_at', 'deleted_at', 'start_time',
                'finish_time')

_is_local = contextvars.ContextVar('is_local', default=False)
_remote: base.VersionedObjectIndirectionAPI | None = None


def bare(name: str) -> str:
    """Return an object's name as it is on the wire."""
    return name.removeprefix(PREFIX)


def prefixed(name: str) -> str:
    """Return an object's name as it is in the registry."""
    return name if name.startswith(PREFIX) else PREFIX + name


def set_remote(remote: base.VersionedObjectIndirectionAPI | None) -> None:
    """Set where remotables of this process go by default: to a conductor, or
    (None) nowhere, they run here."""
    global _remote
    _remote = remote


@contextlib.contextmanager
def local() -> Iterator[None]:
    """Run remotables here for the length of a call, whatever the process's
    default is: where the database is."""
    token = _is_local.set(True)
    try:
        yield
    finally:
        _is_local.reset(token)


class _Indirection:
    """Says for each call where it goes: oslo asks the class attribute."""

    def __get__(self, instance: object, owner: type,
                ) -> base.VersionedObjectIndirectionAPI | None:
        return None if _is_local.get() else _remote


class ActionsObject(base.VersionedObject):
    """Base of our objects, with the wire format of Nova's."""

    OBJ_SERIAL_NAMESPACE = 'nova_object'
    OBJ_PROJECT_NAMESPACE = NAMESPACE

    #: The first version that carries microseconds; before it, Nova's whole
    #: seconds are sent.
    HAS_MICROSECONDS: ClassVar[str] = '1.0'
    #: Fields that came after 1.0, and the version they came with.
    ADDED: ClassVar[Mapping[str, str]] = {}

    indirection_api = _Indirection()  # type: ignore[assignment]

    @classmethod
    def obj_name(cls) -> str:
        return prefixed(cls.__name__)

    @classmethod
    def obj_class_from_name(cls, objname: str,
                            objver: str) -> type[base.VersionedObject]:
        try:
            return super().obj_class_from_name(prefixed(objname), objver)
        except ovo_exc.UnsupportedObjectError:
            raise ovo_exc.UnsupportedObjectError(
                objtype=bare(objname)) from None
        except ovo_exc.IncompatibleObjectVersion as error:
            raise ovo_exc.IncompatibleObjectVersion(
                objname=bare(objname), objver=objver,
                supported=error.kwargs['supported']) from None

    def obj_to_primitive(
        self, target_version: str | None = None,
        version_manifest: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        primitive: dict[str, Any] = super().obj_to_primitive(
            target_version, version_manifest)
        key = self._obj_primitive_key('name')
        primitive[key] = bare(primitive[key])
        return primitive

    def obj_make_compatible(self, primitive: dict[str, Any],
                            target_version: str) -> None:
        target = versionutils.convert_version_to_tuple(target_version)
        for name, version in self.ADDED.items():
            if target < versionutils.convert_version_to_tuple(version):
                primitive.pop(name, None)
        super().obj_make_compatible(primitive, target_version)
        if target < versionutils.convert_version_to_tuple(
                self.HAS_MICROSECONDS):
            for name in _TIME_FIELDS:
                if name in primitive:
                    primitive[name] = fields.whole_seconds(primitive[name])

    def _obj_make_obj_compatible(self, primitive: dict[str, Any],
                                 target_version: str, field: str) -> None:
        if field in primitive:
            super()._obj_make_obj_compatible(primitive, target_version, field)

    def _obj_relationship_for(
        self, field: str, target_version: str,
    ) -> list[tuple[str, str]] | None:
        # A child that the manifest does not name becomes 1.0 (in Nova only
        # the children of lists do).
        found = super()._obj_relationship_for(field, target_version)
        return found or [(target_version, '1.0')]


class PersistentObject:
    """Mixin: the columns that every row of Nova's has."""

    fields: ClassVar[dict[str, ovo_fields.Field[Any]]] = {
        'created_at': fields.MicroDateTimeField(nullable=True),
        'updated_at': fields.MicroDateTimeField(nullable=True),
        'deleted_at': fields.MicroDateTimeField(nullable=True),
        'deleted': ovo_fields.BooleanField(default=False),
    }


class Serializer(base.VersionedObjectSerializer):
    """Turns our objects into primitives and back, for oslo.messaging.

    An object newer than ours is refused at once: only its own conductor can
    backport it, and asking that from inside it would never end.
    """

    OBJ_BASE_CLASS = ActionsObject

    def _process_object(self, context: Any,
                        objprim: dict[str, Any]) -> Any:
        key = 'nova_object.version'
        version = objprim.get(key)
        if isinstance(version, str) and version.count('.') == 2:
            # X.Y.Z counts as X.Y.
            objprim = {**objprim, key: version.rpartition('.')[0]}
        return ActionsObject.obj_from_primitive(objprim, context=context)
