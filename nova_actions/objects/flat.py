# SPDX-License-Identifier: Apache-2.0
"""Fast (de)serialization for objects that are sent by the hundred.

oslo.versionedobjects examines each field of each object, both on sending and
on receipt. For an object that has only texts, numbers and times, and one
version, this can be done once per class.
"""

import datetime
import functools
from collections.abc import Mapping
from typing import Any, Self

from oslo_versionedobjects import fields as ovo_fields

from nova_actions.context import RequestContext
from nova_actions.objects import base
from nova_actions.objects import fields

#: oslo's prefix for the attribute that holds the value of a field.
_ATTRIBUTE = '_obj_'
_TYPES = {
    ovo_fields.StringField: str,
    ovo_fields.IntegerField: int,
    fields.MicroDateTimeField: datetime.datetime,
}


def _time(value: object) -> datetime.datetime | None:
    """Return a time in UTC from its wire form, or from the form in a
    reporter's spool; None for any other value."""
    if not isinstance(value, str):
        return None
    text = value.removesuffix('Z')
    if len(text) != len('2000-01-01T00:00:00.000000') or text[10] != 'T':
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=datetime.UTC) if not found.tzinfo else None


class FlatObject(base.ActionsObject):
    """Base of an object that has only fields of these types, and one version.

    A field that is None is not sent; changed fields are not tracked.
    """

    @classmethod
    @functools.cache
    def _types(cls) -> dict[str, type]:
        return {
            name: _TYPES[type(field)] for name, field in cls.fields.items()
        }

    @classmethod
    def _attributes(cls, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the attributes of an object; None when oslo must coerce
        the values."""
        found = {}
        for name, kind in cls._types().items():
            value = values.get(name)
            if value is None:
                if name in values and not cls.fields[name].nullable:
                    return None
                continue
            if kind is datetime.datetime:
                value = _time(value)
            if type(value) is not kind:
                return None
            found[_ATTRIBUTE + name] = value
        return found

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Build one from values by name; unknown names are ignored.

        :raises ValueError: for an invalid value
        :raises TypeError: for a value of another type
        """
        attributes = cls._attributes(values)
        if attributes is None:
            return cls(
                **{
                    name: value
                    for name, value in values.items()
                    if name in cls.fields
                }
            )
        made = cls()
        vars(made).update(attributes)
        return made

    @classmethod
    def _obj_from_primitive(
        cls, context: RequestContext, objver: str, primitive: base.Primitive
    ) -> Self:
        attributes = cls._attributes(
            cls._obj_primitive_field(primitive, 'data')
        )
        if attributes is None:
            return super()._obj_from_primitive(context, objver, primitive)
        made = cls(context)
        made.VERSION = objver
        vars(made).update(attributes)
        return made

    def obj_what_changed(self) -> set[str]:
        # oslo would look for changed fields of child objects.
        return set(self._changed_fields)

    def values(self) -> dict[str, Any]:
        """Return the fields that are set, by name."""
        held = vars(self)
        return {
            name: held[_ATTRIBUTE + name]
            for name in self._types()
            if _ATTRIBUTE + name in held
        }

    def obj_to_primitive(
        self,
        target_version: str | None = None,
        version_manifest: dict[str, str] | None = None,
    ) -> base.Primitive:
        if target_version not in (None, self.VERSION):
            return super().obj_to_primitive(target_version, version_manifest)
        data = {}
        for name, value in self.values().items():
            if isinstance(value, datetime.datetime):
                value = (
                    value.replace(tzinfo=None).isoformat(
                        timespec='microseconds'
                    )
                    + 'Z'
                )
            if value is not None:
                data[name] = value
        name, namespace, version, content = self._keys()
        return {
            name: self._bare_name(),
            namespace: self.OBJ_PROJECT_NAMESPACE,
            version: self.VERSION,
            content: data,
        }

    @classmethod
    @functools.cache
    def _bare_name(cls) -> str:
        return base.bare(cls.obj_name())

    @classmethod
    @functools.cache
    def _keys(cls) -> list[str]:
        return [
            cls._obj_primitive_key(key)
            for key in ('name', 'namespace', 'version', 'data')
        ]
