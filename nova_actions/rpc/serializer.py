# SPDX-License-Identifier: Apache-2.0
"""Objects and contexts on the wire."""

import types
from collections.abc import Mapping
from typing import Any

from oslo_serialization import jsonutils
from oslo_versionedobjects import base as ovo

from nova_actions import context
from nova_actions.objects import base

#: What is sent as it is.
_PLAIN = frozenset((types.NoneType, str, int, bool, float))


class Serializer(ovo.VersionedObjectSerializer):
    """Turns objects and contexts into primitives and back, for
    oslo.messaging.

    An object that is newer than ours is refused at once: only its own
    conductor can backport it, and to ask for that from inside a conductor
    would never end.

    :param pins: versions, by bare names, above which no object is sent
    """

    OBJ_BASE_CLASS = base.ActionsObject

    def __init__(self, pins: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._pins = pins or {}

    def manifest(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return a manifest with no version above its pin."""
        result = {}
        for name, version in versions.items():
            pin = self._pins.get(base.bare(name), version)
            result[name] = pin if base.is_newer(version, pin) else version
        return result

    def serialize_entity(self, ctxt: Any, entity: Any) -> Any:
        # oslo.serialization would ask each item, nearly all of which are
        # plain, many questions.
        kind = type(entity)
        if kind in _PLAIN:
            return entity
        if isinstance(entity, base.ActionsObject):
            return self._to_primitive(entity)
        if kind is list or kind is tuple:
            return [self.serialize_entity(ctxt, each) for each in entity]
        if kind is dict and all(type(key) is str for key in entity):
            return {
                key: self.serialize_entity(ctxt, value)
                for key, value in entity.items()
            }
        return jsonutils.to_primitive(
            super().serialize_entity(ctxt, entity), fallback=str
        )

    def _to_primitive(self, entity: base.ActionsObject) -> dict[str, Any]:
        if not self._pins:
            return entity.obj_to_primitive()
        name = entity.obj_name()
        manifest = self.manifest(ovo.obj_tree_get_versions(name))
        own = self.manifest({name: entity.VERSION})[name]
        return entity.obj_to_primitive(own, {**manifest, name: own})

    def _process_object(self, context: Any, objprim: dict[str, Any]) -> Any:
        return base.ActionsObject.obj_from_primitive(objprim, context=context)

    def serialize_context(
        self, ctxt: context.RequestContext
    ) -> dict[str, Any]:
        return ctxt.to_dict()

    def deserialize_context(
        self, ctxt: Mapping[str, Any]
    ) -> context.RequestContext:
        return context.RequestContext.from_dict(ctxt)
