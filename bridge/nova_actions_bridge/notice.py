# SPDX-License-Identifier: Apache-2.0
"""Reads from Nova's notifications what its record lacks: failures that Nova
handles, and deletions by nova-api."""

import sys
import types
from collections.abc import Mapping
from typing import Any

from nova_actions_bridge import deletion
from nova_actions_bridge import step

#: In both formats; the older one has the prefix "compute.".
_FAILURES = {'instance.create.error', 'instance.resize.error'}
_DELETIONS = {
    **{
        f'instance.{kind}.start': deletion.begin
        for kind in ('delete', 'force_delete')
    },
    **{
        f'instance.{kind}.end': deletion.end
        for kind in ('delete', 'force_delete')
    },
}
#: The prefixes of nova-api's publisher id, in either format.
_API = ('api.', 'nova-api:')


def hear(context: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    """Handle a notification in the thread that sends it."""
    event = str(message['event_type']).removeprefix('compute.')
    if event in _FAILURES:
        _fail(message['payload'])
    elif event in _DELETIONS and str(message['publisher_id']).startswith(_API):
        server, is_building = _server(message['payload'])
        # A server that no conductor has started to build has no action and
        # is not known here.
        if not is_building and step.innermost(server) is None:
            _DELETIONS[event](types.SimpleNamespace(**context), server)


def _fail(payload: Mapping[str, Any]) -> None:
    found = step.innermost(_server(payload)[0])
    if found is not None and found.failure is None:
        # Nova sends it where it handles the error.
        found.failure = sys.exc_info()[1] or _text(payload)


def _server(payload: Mapping[str, Any]) -> tuple[str, bool]:
    """Return a payload's server, and whether it is being built."""
    inside = payload.get('nova_object.data', payload)
    server = inside.get('instance_id') or inside['uuid']
    return str(server), inside.get('state') == 'building'


def _text(payload: Mapping[str, Any]) -> str:
    inside = payload.get('nova_object.data', payload)
    fault = inside.get('fault') or {}
    return str(
        inside.get('exception')
        or fault.get('nova_object.data', {}).get('exception_message')
        or 'It failed.'
    )
