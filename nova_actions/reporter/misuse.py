# SPDX-License-Identifier: Apache-2.0
"""Wrong calls of the reporter, logged at once: they must not stay unnoticed
until somebody misses the record, and must not stop the work either."""

import logging
from collections.abc import Callable, Iterator, Sequence

from oslo_utils import uuidutils

from nova_actions import foreign
from nova_actions import sanitize
from nova_actions.reporter import transition

LOG = logging.getLogger(__name__)


def warn(context: object, name: object, servers: Sequence[object]) -> None:
    """Log what is wrong with the beginning of a step."""
    for problem in _found(context, name, servers):
        LOG.warning(
            'A step %s is reported wrongly: %s',
            transition.name_of(name) or 'without a name',
            problem,
        )


@foreign.contained
def _found(
    context: object, name: object, servers: Sequence[object]
) -> list[str]:
    return list(_problems(context, name, servers))


def _problems(
    context: object, name: object, servers: Sequence[object]
) -> Iterator[str]:
    if not getattr(context, 'request_id', None):
        yield (
            f'its context is of the type {type(context).__name__} and '
            'names no request. Hand over the RequestContext of the '
            'request; else nobody knows whose it is'
        )
    if not isinstance(name, str) or not name.strip():
        yield f'its name is empty or no text; "{transition.NAMELESS}" stands'
    elif len(name) > sanitize.NAME_LIMIT:
        yield (
            f'its name has {len(name)} characters, of which '
            f'{sanitize.NAME_LIMIT} are kept'
        )
    if not servers:
        yield (
            'it names no server, so nothing is recorded. Hand over the '
            'UUID of each server that it works on'
        )
    strange = [each for each in servers if not uuidutils.is_uuid_like(each)]
    if strange:
        yield (
            f'a server is of the type {type(strange[0]).__name__} and no '
            'UUID, so it will be refused'
        )


def undecorated(function: Callable[..., object]) -> None:
    """Log that the decorator was put over a function without being
    called."""
    LOG.warning(
        'The calls of %s are not recorded: wrap_instance_event needs its '
        'parentheses and a prefix, as in @wrap_instance_event("compute")',
        function.__qualname__,
    )
