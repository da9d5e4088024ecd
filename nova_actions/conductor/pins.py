# SPDX-License-Identifier: Apache-2.0
"""Version pins: what an older conductor understands.

A new object or version goes into the newest release here as well; when a
release is out, its table stays as it is and the next one gets its own.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from nova_actions import exception
from nova_actions.objects import base

#: The versions of objects in each release, and in Nova.
RELEASES: Mapping[str, Mapping[str, str]] = {
    'nova-34': {
        'InstanceAction': '1.2',
        'InstanceActionList': '1.1',
        'InstanceActionEvent': '1.4',
        'InstanceActionEventList': '1.1',
    },
    '1.0': {
        'InstanceAction': '1.3',
        'InstanceActionList': '1.2',
        'InstanceActionEvent': '1.5',
        'InstanceActionEventList': '1.2',
        'InstanceRecord': '1.0',
        'InstanceRecordList': '1.0',
        'Report': '1.0',
        'ReportList': '1.0',
    },
    '1.1': {
        'InstanceAction': '1.3',
        'InstanceActionList': '1.2',
        'InstanceActionEvent': '1.6',
        'InstanceActionEventList': '1.3',
        'InstanceRecord': '1.1',
        'InstanceRecordList': '1.1',
        'Report': '1.0',
        'ReportList': '1.0',
        'Reporter': '1.2',
        'ActionDetail': '1.0',
        'ActionSummary': '1.0',
        'ActionSummaryList': '1.0',
        'Change': '1.0',
        'ChangeList': '1.0',
        'Stat': '1.0',
        'StatList': '1.0',
    },
}

_OBJECTS = list(RELEASES.values())[-1]


def parse(text: str | None) -> dict[str, str]:
    """Return the pins of ``[upgrade_levels] conductor``, by bare names.

    :raises InvalidInput: for a release, an object or a version that is none
    """
    if not text:
        return {}
    if text in RELEASES:
        return dict(RELEASES[text])
    pins = {}
    for pair in text.split(','):
        name, _, value = pair.strip().partition('=')
        version = base.parse_version(value.strip())
        if (
            name.strip() not in _OBJECTS
            or version is None
            or (base.is_newer('1.0', version))
        ):
            raise exception.InvalidInput(
                argument='[upgrade_levels] conductor',
                reason=f'{pair.strip()!r} is neither a pair such as '
                'InstanceAction=1.2 nor one of the releases '
                f'{", ".join(RELEASES)}; the objects are '
                f'{", ".join(_OBJECTS)}',
            )
        pins[name.strip()] = version
    return pins


def fit_arguments(
    objclass: type[base.ActionsObject],
    objmethod: str,
    version: str,
    args: Any,
    kwargs: Any,
) -> tuple[Any, Any]:
    """Return the arguments of a remotable without those that its class had
    not yet at that version."""
    added = objclass.ADDED_ARGUMENTS.get(objmethod, {})
    unknown = {
        name for name, since in added.items() if base.is_newer(since, version)
    }
    names = _names(getattr(objclass, objmethod)) if unknown else []
    if not unknown or len(args) > len(names):
        # Of too many arguments the conductor complains.
        return args, kwargs
    if not unknown.isdisjoint(names[: len(args)]):
        args, kwargs = (), {**dict(zip(names, args, strict=False)), **kwargs}
    return args, {
        name: value for name, value in kwargs.items() if name not in unknown
    }


def _names(method: Any) -> list[str]:
    """Return the names of a remotable's arguments, in their order."""
    return [
        name
        for name in inspect.signature(method.original_fn).parameters
        if name not in ('self', 'cls', 'context')
    ]
