# SPDX-License-Identifier: Apache-2.0
"""The base of our objects: names on the wire, and where a call runs.

oslo.versionedobjects has one registry per process, keyed by name. Our objects
are registered with a prefix, so that they do not replace Nova's objects of the
same names; on the wire and in error messages the bare names are used.
"""

import contextlib
import contextvars
import dataclasses
import datetime
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects import exception as ovo_exc
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions.context import RequestContext
from nova_actions.objects import fields

#: The wire form of an object, or a part of it: what JSON is made of.
Primitive = dict[str, Any]
#: A row of the database, by the names of its columns.
Row = Mapping[str, Any]

PREFIX = 'nova_actions.'
NAMESPACE = 'nova'

TIME_FIELDS = frozenset(
    ('created_at', 'updated_at', 'deleted_at', 'start_time', 'finish_time')
)

#: oslo's prefix for the attribute that holds the value of a field.
_SLOT = '_obj_'

#: The longest name that is looked up, or repeated to its sender.
NAME_LIMIT = 255
_VERSION = re.compile(r'([0-9]{1,9}\.[0-9]{1,9})(?:\.[0-9]{1,9})?')

L = TypeVar('L', bound='ActionsObject')

_is_local = contextvars.ContextVar('is_local', default=False)
_remote: base.VersionedObjectIndirectionAPI | None = None


def bare(name: str) -> str:
    """Return an object's name as it is on the wire."""
    return name.removeprefix(PREFIX)


def prefixed(name: str) -> str:
    """Return an object's name as it is in the registry."""
    return name if name.startswith(PREFIX) else PREFIX + name


def parse_version(value: object) -> str | None:
    """Return a version X.Y or X.Y.Z as X.Y; None if it is not a version."""
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


def is_newer(version: str, than: str) -> bool:
    """Return whether a version is higher than another."""
    return versionutils.convert_version_to_tuple(
        version
    ) > versionutils.convert_version_to_tuple(than)


def set_remote(remote: base.VersionedObjectIndirectionAPI | None) -> None:
    """Set where the remotables of this process run by default: in a
    conductor, or (None) here."""
    global _remote
    _remote = remote


@contextlib.contextmanager
def local() -> Iterator[None]:
    """Run remotables in this process within this context, whatever its
    default is: this is where the database is."""
    token = _is_local.set(True)
    try:
        yield
    finally:
        _is_local.reset(token)


class _Indirection:
    """Decides for each call where it runs: oslo reads the class attribute."""

    def __get__(
        self,
        instance: object,
        owner: type,
    ) -> base.VersionedObjectIndirectionAPI | None:
        return None if _is_local.get() else _remote


@dataclasses.dataclass(frozen=True)
class _Slots:
    """The fields of a class that a row may have, by the attributes that hold
    their values.

    :param unchanged: whose values are those of the row
    """

    unchanged: Mapping[str, str]
    times: Mapping[str, str]
    booleans: Mapping[str, str]

    @functools.cached_property
    def all(self) -> frozenset[str]:
        return frozenset((*self.unchanged, *self.times, *self.booleans))


@functools.cache
def _slots(kind: type[base.VersionedObject]) -> _Slots:
    found: dict[type, dict[str, str]] = {
        fields.MicroDateTimeField: {},
        ovo_fields.BooleanField: {},
        ovo_fields.Field: {},
    }
    for name, field in kind.fields.items():
        if not isinstance(field, ovo_fields.ObjectField):
            which = type(field) if type(field) in found else ovo_fields.Field
            found[which][_SLOT + name] = name
    times, booleans, others = found.values()
    return _Slots(others, times, booleans)


class ActionsObject(base.VersionedObject):
    """Base of our objects, with the wire format of Nova's."""

    OBJ_SERIAL_NAMESPACE = 'nova_object'
    OBJ_PROJECT_NAMESPACE = NAMESPACE

    #: The first version that carries microseconds; before it, Nova's whole
    #: seconds are sent.
    HAS_MICROSECONDS: ClassVar[str] = '1.0'
    #: Fields that came after 1.0, and the version they came with.
    ADDED: ClassVar[Mapping[str, str]] = {}
    #: Arguments of remotables that came after 1.0 and may be left out where
    #: the other end is older: by method, with the version they came with.
    ADDED_ARGUMENTS: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    indirection_api = _Indirection()

    @classmethod
    @functools.cache
    def obj_name(cls) -> str:
        return prefixed(cls.__name__)

    @classmethod
    def obj_class_from_name(
        cls, objname: str, objver: str
    ) -> type[base.VersionedObject]:
        # oslo would log the name, whatever it is and however long.
        if not isinstance(objname, str):
            raise exception.InvalidInput(
                argument='object', reason='its name is not a string'
            )
        if prefixed(objname) not in (
            base.VersionedObjectRegistry.obj_classes()
        ):
            raise ovo_exc.UnsupportedObjectError(
                objtype=bare(objname[:NAME_LIMIT])
            )
        try:
            return super().obj_class_from_name(prefixed(objname), objver)
        except ovo_exc.IncompatibleObjectVersion as error:
            raise ovo_exc.IncompatibleObjectVersion(
                objname=bare(objname),
                objver=objver,
                supported=error.kwargs['supported'],
            ) from None

    @classmethod
    def obj_from_primitive(
        cls, primitive: Primitive, context: Any = None
    ) -> Any:
        """Build an object from its wire form.

        :raises InvalidInput: when it is malformed; the message contains
            nothing of the input
        """
        key = cls._obj_primitive_key('version')
        try:
            version = parse_version(primitive.get(key))
            data = primitive.get(cls._obj_primitive_key('data'))
            # oslo would repeat it to the sender, whatever it is.
            namespace = primitive.get(cls._obj_primitive_key('namespace'))
            if (
                version is None
                or not isinstance(data, dict)
                or (
                    not isinstance(namespace, str)
                    or len(namespace) > NAME_LIMIT
                )
            ):
                raise ValueError('not an object')
            return super().obj_from_primitive(
                {**primitive, key: version}, context
            )
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise exception.InvalidInput(
                argument='object',
                reason='it is not a whole object of ours '
                f'({type(error).__name__})',
            ) from None

    def _take(self, context: RequestContext, row: Row) -> None:
        """Become a row, whose values already have the fields' types.

        They become fields when the first one is read: for a page of rows, to
        coerce each value as oslo's setters do takes longer than to read it
        from the database.

        :param row: has every field that is not an object; times are naive
            UTC, and booleans may be numbers. It is not changed any more
        """
        own = self.__dict__
        kind: Any = type(self)
        for slot in own.keys() & _slots(kind).all:
            del own[slot]
        own['_row'] = row
        own['_context'] = context
        own['_changed_fields'] = set()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Called for an attribute that is not there.
            own = self.__dict__
            row = own.get('_row')
            if row is not None and name.startswith(_SLOT):
                slots = _slots(type(self))
                found = {
                    slot: row[key] for slot, key in slots.unchanged.items()
                }
                for slot, key in slots.times.items():
                    value = row[key]
                    found[slot] = value and value.replace(tzinfo=datetime.UTC)
                for slot, key in slots.booleans.items():
                    found[slot] = bool(row[key])
                # What has been set since is newer.
                for slot, value in found.items():
                    own.setdefault(slot, value)
                own.pop('_row', None)
            try:
                return own[name]
            except KeyError:
                raise AttributeError(
                    f'{type(self).__name__} has no attribute {name}'
                ) from None

    def values_of(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the values of these fields by name, in this order. Times of
        an object that was read from the database may be naive UTC."""
        own = self.__dict__
        row = own.get('_row', {})
        return {
            name: own[slot]
            if (slot := _SLOT + name) in own
            else row[name]
            if name in row
            else getattr(self, name)
            for name in names
        }

    def obj_load_attr(self, attrname: str) -> None:
        raise exception.InvalidInput(argument=attrname, reason='it is not set')

    def obj_to_primitive(
        self,
        target_version: str | None = None,
        version_manifest: dict[str, str] | None = None,
    ) -> Primitive:
        """Return the wire form at a version; by default the version that
        this object was received with, or the newest.

        :raises InvalidTargetVersion: for a higher version
        """
        known = self.VERSION
        target = target_version or known
        if is_newer(target, known):
            raise ovo_exc.InvalidTargetVersion(version=target)
        # An object that was received at an older version carries that; oslo
        # would send it with the fields and times of the newest one.
        self.VERSION = type(self).VERSION
        try:
            primitive: Primitive = super().obj_to_primitive(
                target, version_manifest
            )
        finally:
            self.VERSION = known
        key = self._obj_primitive_key('name')
        primitive[key] = bare(primitive[key])
        return primitive

    def obj_make_compatible_from_manifest(
        self,
        primitive: Primitive,
        target_version: str,
        version_manifest: dict[str, str] | None,
    ) -> None:
        # oslo does not check this for children.
        if is_newer(target_version, self.VERSION):
            raise ovo_exc.InvalidTargetVersion(version=target_version)
        super().obj_make_compatible_from_manifest(
            primitive, target_version, version_manifest
        )

    def obj_make_compatible(
        self, primitive: Primitive, target_version: str
    ) -> None:
        target = versionutils.convert_version_to_tuple(target_version)
        for name, version in self.ADDED.items():
            if target < versionutils.convert_version_to_tuple(version):
                primitive.pop(name, None)
        super().obj_make_compatible(primitive, target_version)
        if target < versionutils.convert_version_to_tuple(
            self.HAS_MICROSECONDS
        ):
            for name in TIME_FIELDS:
                if name in primitive:
                    primitive[name] = fields.whole_seconds(primitive[name])

    def _obj_make_obj_compatible(
        self, primitive: Primitive, target_version: str, field: str
    ) -> None:
        if field in primitive:
            super()._obj_make_obj_compatible(primitive, target_version, field)

    def _obj_relationship_for(
        self,
        field: str,
        target_version: str,
    ) -> list[tuple[str, str]] | None:
        # A child that the manifest does not name becomes 1.0 (in Nova only
        # the children of lists do).
        found = super()._obj_relationship_for(field, target_version)
        return found or [(target_version, '1.0')]


def as_list(
    kind: type[L],
    context: RequestContext,
    objects: list[Any],
    **values: Any,
) -> L:
    """Return a list object that has not changed. oslo's setter would check
    each item.

    :param objects: of the class that the list is for
    :param values: of its other fields
    """
    found = kind(context, **values)
    vars(found)[f'{_SLOT}objects'] = objects
    found.obj_reset_changes()
    return found


class PersistentObject:
    """Mixin: the columns of every table of Nova's."""

    fields: 'MutableMapping[str, ovo_fields.Field[Any]]' = {
        'created_at': fields.MicroDateTimeField(nullable=True),
        'updated_at': fields.MicroDateTimeField(nullable=True),
        'deleted_at': fields.MicroDateTimeField(nullable=True),
        'deleted': ovo_fields.BooleanField(default=False),
    }
