# SPDX-License-Identifier: Apache-2.0
"""The methods of Nova that the bridge replaces."""

import importlib
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any

from nova_actions_bridge import action
from nova_actions_bridge import mark
from nova_actions_bridge import step

LOG = logging.getLogger(__name__)

Make = Callable[[Any], Any]


def _all(is_for_all: bool) -> Iterator[tuple[str, str, str, Make]]:
    served = mark.served(is_for_all)
    yield 'nova.context', 'RequestContext', 'to_dict', mark.sent
    yield 'nova.context', 'RequestContext', 'from_dict', mark.received
    for name in ('object_class_action_versions', 'object_action'):
        yield 'nova.conductor.manager', 'ConductorManager', name, served
    module = 'nova.objects.instance_action'
    yield module, 'InstanceAction', 'action_start', action.begun
    yield module, 'InstanceAction', 'finish', action.ended
    yield module, 'InstanceActionEvent', 'event_start', step.begun
    yield (
        module,
        'InstanceActionEvent',
        'event_finish_with_failure',
        step.ended,
    )
    module = 'nova.compute.utils'
    yield module, 'EventReporter', '__enter__', step.entered
    yield module, 'EventReporter', '__exit__', step.exited


def install(is_for_all: bool) -> list[str]:
    """Replace Nova's methods; return the names of those that this release of
    Nova lacks.

    :param is_for_all: whether every compute service records for itself
    """
    missing = []
    for module, owner, name, make in _all(is_for_all):
        try:
            place = getattr(importlib.import_module(module), owner)
            setattr(place, name, make(inspect.getattr_static(place, name)))
        # Whatever an unknown Nova has there, the others are replaced.
        except Exception as error:  # noqa: BLE001
            LOG.debug('%s.%s: %s', owner, name, type(error).__name__)
            missing.append(f'{owner}.{name}')
    return missing
