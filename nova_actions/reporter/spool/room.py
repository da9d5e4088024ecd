# SPDX-License-Identifier: Apache-2.0
"""Room in a spool: what there is, and what is kept for ends to come."""

import collections
import weakref
from collections.abc import Iterable, Sequence

from nova_actions.reporter import transition
from nova_actions.reporter.spool import entry

Transition = entry.Transition

#: By how many bytes an end without its texts is longer than its start.
_MORE = 400

#: The part that is kept for ends whose starts are stored elsewhere.
_PART = 8

#: What stands for the texts of an end that there is no room for.
_NOT_KEPT: transition.Outcome = {
    'details': 'Not kept: the spool was full.',
    'traceback': None,
    'error_type': None,
}


class SpoolFull(Exception):
    """There is no room for a report."""


class Request:
    """Transitions that are to be stored, all or none.

    :param force: beyond the limit too
    """

    def __init__(
        self, transitions: Sequence[Transition], force: bool = False
    ) -> None:
        self.force = force
        self._transitions = transitions
        #: Of ends: their starts are stored, here or elsewhere.
        self.is_begun = not [
            each for each in transitions if each.pop(transition.UNBEGUN, False)
        ]
        self._set([entry.encode(each) for each in transitions])
        self.are_ends = all(
            each['kind'] == transition.FINISH for each in transitions
        )

    def _set(self, bodies: list[str]) -> None:
        self.bodies = bodies
        self.size = sum(map(len, bodies))

    @property
    def has_own_action(self) -> bool:
        return any(each.get('action_uuid') for each in self._transitions)

    def uuids(self) -> list[str]:
        return [each['uuid'] for each in self._transitions]

    def starts(self) -> dict[str, int]:
        """Return how many bytes to keep for the end of each start."""
        return {
            each['uuid']: len(body) + _MORE
            for each, body in zip(self._transitions, self.bodies, strict=True)
            if each['kind'] == transition.START
        }

    def trim(self) -> None:
        """Leave out the texts of errors."""
        self._set(
            [
                entry.encode(
                    {**each, **_NOT_KEPT}
                    if each.get('details') or each.get('traceback')
                    else each
                )
                for each in self._transitions
            ]
        )


class _Held(weakref.ref[object]):
    """Who holds ends to come."""

    __slots__ = ('uuids',)
    uuids: Sequence[str]


class Room:
    """What may be stored.

    The end of each step whose start is stored has room kept for it, at least
    for what it says without its texts. Ends whose starts are stored
    elsewhere have the last eighth.

    :param max_bytes: of reports
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._charged = 0
        self._kept: dict[str, int] = {}
        self._reserved = 0
        self._held: dict[int, _Held] = {}
        self._forgotten: collections.deque[_Held] = collections.deque()
        self.bytes = 0

    @property
    def limit(self) -> int:
        # What is kept aside must not end recording.
        return self._max_bytes - min(self._charged, self._max_bytes // 2)

    def charge(self, size: int) -> None:
        """Say how many bytes others have of this room."""
        self._charged = size

    def hold(self, holder: object, uuids: Sequence[str]) -> None:
        """Keep room for ends no longer than their holder exists: from then
        on they are somebody else's."""
        # Told by C code alone: what a signal handler raises in a finaliser,
        # such as SystemExit, Python drops.
        held = _Held(holder, self._forgotten.append)
        held.uuids = uuids
        self._held[id(held)] = held

    def admit(self, request: Request, taken: int = 0) -> None:
        """See that there is room for a request, which may lose its texts.

        :param taken: bytes of others that are about to be stored
        :raises SpoolFull: there is none
        """
        while self._forgotten:
            held = self._forgotten.popleft()
            self._held.pop(id(held), None)
            self._release(held.uuids)
        if request.force:
            return
        free = self.limit - self.bytes - taken - self._reserved
        if request.are_ends:
            self._admit_ends(request, free)
        elif request.size + sum(request.starts().values()) > (
            free - self.limit // _PART
        ):
            raise self._full()

    def _admit_ends(self, request: Request, free: int) -> None:
        own = [self._kept.get(uuid) for uuid in request.uuids()]
        if None not in own:
            # Their starts are stored, so this is, in whatever length.
            if request.size > free + sum(filter(None, own)):
                request.trim()
            return
        if not request.is_begun:
            if request.has_own_action:
                raise SpoolFull('its beginning was not stored')
            free -= self.limit // _PART
        elif request.size > free:
            request.trim()
        if request.size > free:
            raise self._full()

    def _full(self) -> SpoolFull:
        return SpoolFull(
            f'{self.bytes} bytes of reports, {self._reserved} '
            'kept for the ends of what has begun'
        )

    def stored(self, request: Request) -> None:
        """Note that a request is stored."""
        self.bytes += request.size
        self.keep(request)

    def keep(self, request: Request) -> None:
        """Keep room for the ends of what is stored, and no more for ends
        that are."""
        if request.are_ends:
            self._release(request.uuids())
        elif not request.force:
            for uuid, size in request.starts().items():
                self._release([uuid])
                self._kept[uuid] = size
                self._reserved += size

    def _release(self, uuids: Iterable[str]) -> None:
        for uuid in uuids:
            self._reserved -= self._kept.pop(uuid, 0)
