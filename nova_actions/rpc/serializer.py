# SPDX-License-Identifier: Apache-2.0
"""Objects and contexts on the wire."""

from collections.abc import Mapping
from typing import Any

import oslo_messaging as messaging
from oslo_serialization import jsonutils

from nova_actions import context
from nova_actions.objects import base


class ContextSerializer(messaging.Serializer):
    """Carries the request context beside the objects.

    :param pins: versions above which no object is sent
    """

    def __init__(self, pins: Mapping[str, str] | None = None) -> None:
        self._objects = base.Serializer(pins)

    def serialize_entity(self, ctxt: Any, entity: Any) -> Any:
        # Nearly all is plain already, which oslo.serialization would ask of
        # each item many times.
        kind = type(entity)
        if entity is None or kind in (str, int, bool, float):
            return entity
        if isinstance(entity, base.ActionsObject):
            return self._objects.serialize_entity(ctxt, entity)
        if kind is list or kind is tuple:
            return [self.serialize_entity(ctxt, each) for each in entity]
        if kind is dict and all(type(key) is str for key in entity):
            return {
                key: self.serialize_entity(ctxt, value)
                for key, value in entity.items()
            }
        return jsonutils.to_primitive(
            self._objects.serialize_entity(ctxt, entity), fallback=str
        )

    def deserialize_entity(self, ctxt: Any, entity: Any) -> Any:
        return self._objects.deserialize_entity(ctxt, entity)

    def serialize_context(self, ctxt: Any) -> dict[str, Any]:
        values: dict[str, Any] = ctxt.to_dict()
        return values

    def deserialize_context(
        self,
        ctxt: Mapping[str, Any],
    ) -> context.RequestContext:
        return context.RequestContext.from_dict(ctxt)
