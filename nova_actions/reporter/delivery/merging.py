# SPDX-License-Identifier: Apache-2.0
"""A step that begins and ends in one batch is sent once: its end tells all
that its beginning told."""

import dataclasses
from collections.abc import Iterable, Sequence

from nova_actions.reporter import transition

Transition = transition.Transition


@dataclasses.dataclass(frozen=True)
class Merged:
    """A batch as it is sent.

    :param sent: what is sent, in its order
    :param places: for each transition of the batch, which of these tells it
    """

    sent: list[Transition]
    places: list[int]

    def starts(self, batch: Sequence[Transition]) -> list[int]:
        """Return the numbers of those that are not sent themselves."""
        return [
            number
            for number, place in enumerate(self.places)
            if batch[number] is not self.sent[place]
        ]


def merge(batch: Iterable[Transition]) -> Merged:
    """Put the end of a step in the place of its beginning.

    So the steps stay in their order. Where something else is told of the
    server between the two, or a step that is no project's, which joins what
    runs just then, both are sent.
    """
    sent: list[Transition] = []
    places = []
    begun: dict[str, dict[str, int]] = {}
    for each in batch:
        mine = begun.setdefault(str(each.get('instance_uuid')), {})
        kind, uuid = each.get('kind'), str(each.get('uuid'))
        if kind not in transition.STEPS or each.get('project_id') is None:
            mine.clear()
        elif uuid in mine and _tells_all(each, sent[mine[uuid]]):
            place = mine.pop(uuid)
            sent[place] = each
            places.append(place)
            continue
        elif kind == transition.START:
            mine[uuid] = len(sent)
        places.append(len(sent))
        sent.append(each)
    return Merged(sent, places)


def _tells_all(end: Transition, start: Transition) -> bool:
    return end['kind'] == transition.FINISH and all(
        end.get(name) == value
        for name, value in start.items()
        if name != 'kind' and value is not None
    )
