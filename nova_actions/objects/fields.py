# SPDX-License-Identifier: Apache-2.0
"""Field types that oslo.versionedobjects lacks."""

import datetime
from typing import TYPE_CHECKING, Any

from oslo_utils import timeutils
from oslo_versionedobjects import base
from oslo_versionedobjects import fields


class MicroDateTime(fields.DateTime):
    """A UTC time that keeps its microseconds on the wire.

    Nova's versions of our objects have whole seconds; a backport uses
    :func:`whole_seconds`.
    """

    def to_primitive(
        self, obj: base.VersionedObject, attr: str, value: datetime.datetime
    ) -> str:
        return self.stringify(value)

    def stringify(self, value: datetime.datetime) -> str:
        return (
            timeutils.normalize_time(value).isoformat(timespec='microseconds')
            + 'Z'
        )

    def coerce(
        self, obj: base.VersionedObject | None, attr: str, value: Any
    ) -> datetime.datetime:
        # oslo keeps another UTC offset; the wire form is UTC.
        return super().coerce(obj, attr, value).astimezone(datetime.UTC)


if TYPE_CHECKING:
    _AutoTypedField = fields.AutoTypedField[datetime.datetime]
else:
    # A generic class only since oslo.versionedobjects 3.10; Nova 32 comes
    # with an older one.
    _AutoTypedField = fields.AutoTypedField


class MicroDateTimeField(_AutoTypedField):
    AUTO_TYPE = MicroDateTime()


def whole_seconds(value: str | None) -> str | None:
    """Return the wire form of a time in Nova's objects."""
    if value is None:
        return None
    return value.partition('.')[0].removesuffix('Z') + 'Z'
