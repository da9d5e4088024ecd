# SPDX-License-Identifier: Apache-2.0
"""From transitions to the conductor, as one remotable call.

A step that begins and ends in one batch is sent once: its end tells all that
its beginning told.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from nova_actions import foreign
from nova_actions import vocabulary
from nova_actions.db import verdict
from nova_actions.reporter import transition

_PASSING = vocabulary.PASSING_REFUSALS

Transition = transition.Transition
Answer = verdict.Answer


@dataclasses.dataclass(frozen=True)
class Merged:
    """A batch as it is sent.

    :param sent: what is sent, in its order
    :param places: for each transition of the batch, the index of the one
        that is sent for it
    """

    sent: list[Transition]
    places: list[int]

    def starts(self, batch: Sequence[Transition]) -> list[int]:
        """Return the indexes of those that are not sent themselves."""
        return [
            number
            for number, place in enumerate(self.places)
            if batch[number] is not self.sent[place]
        ]


def merge(batch: Iterable[Transition]) -> Merged:
    """Put the end of a step in the place of its beginning.

    So the steps stay in their order. Both are sent where something else is
    reported of the server between the two, and for a project-less step, which
    joins whatever action is running when it begins.
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
    told: Mapping[str, object] = end
    return end['kind'] == transition.FINISH and all(
        told.get(name) == value
        for name, value in start.items()
        if name != 'kind' and value is not None
    )


class Wire:
    """Sends the reports of one session.

    :param host: where it runs
    :param session: its uuid, None for a process without a session
    :param about: what the program reports about itself, which may change
    """

    def __init__(
        self,
        host: str | None,
        session: str | None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self._host = host
        self._session = session
        self._about = about or {}

    def send(self, transitions: Sequence[Transition]) -> list[Answer]:
        """Send a batch, which may be empty, and return what became of each.

        :raises ActionsException, oslo errors: it has to be sent again
        """
        merged = merge(transitions)
        found = self._send(merged.sent)
        answers = [found[place] for place in merged.places]
        # What is wrong with an end need not be wrong with its beginning.
        again = [
            number
            for number in merged.starts(transitions)
            if answers[number]['verdict'] == verdict.REFUSED
            and answers[number]['error'] not in _PASSING
        ]
        if again:
            for number, answer in zip(
                again,
                self._send([transitions[number] for number in again]),
                strict=True,
            ):
                answers[number] = answer
        return answers

    def _send(self, transitions: Sequence[Transition]) -> list[Answer]:
        # The objects bring SQLAlchemy and oslo.messaging with them, which
        # the process that imports the reporter may not want yet.
        from nova_actions import context
        from nova_actions.objects import report

        answers: list[Answer | None] = []
        reports = []
        for each in transitions:
            try:
                reports.append(report.Report.of(each))
                answers.append(None)
            except (ArithmeticError, TypeError, ValueError) as error:
                answers.append(
                    {
                        'verdict': verdict.REFUSED,
                        'error': 'Invalid',
                        'reason': type(error).__name__,
                    }
                )
        applied = report.ReportList.apply(
            context.get_admin_context(),
            report.ReportList(objects=reports),
            host=self._host,
            epoch=self._session,
        )
        given = iter(cast(list[Answer], applied))
        return [each or next(given) for each in answers]

    def beat(
        self,
        waiting: int,
        lost: Mapping[str, int],
        oldest_age: int | None = None,
    ) -> None:
        """Send a heartbeat: that this session is alive, and how it is.

        :param waiting: how many reports wait
        :param lost: how many reports were lost, by reason
        :param oldest_age: the age in seconds of the oldest report that waits;
            None where none does

        :raises ActionsException, oslo errors: no conductor has it
        """
        from oslo_versionedobjects import exception as ovo_exc

        from nova_actions import context
        from nova_actions.objects import reporter

        try:
            reporter.Reporter.beat(
                context.get_admin_context(),
                str(self._session),
                waiting,
                dict(lost),
                host=self._host,
                about=_said(self._about) or None,
                oldest_age=oldest_age,
            )
        except (
            ovo_exc.UnsupportedObjectError,
            ovo_exc.IncompatibleObjectVersion,
        ):
            # From a conductor of an older release, which knows this.
            self.send([])

    def close(self, ended: Transition) -> None:
        """Have the conductor close what a dead session left open.

        :raises ActionsException, oslo errors: it has to be sent again
        """
        from nova_actions import context
        from nova_actions.objects import report

        report.ReportList.close_epoch(
            context.get_admin_context(),
            ended['uuid'],
            ended['evidence'],
            host=self._host,
        )


@foreign.contained
def _said(about: Mapping[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in dict(about).items()}


def closing(session: str, evidence: str) -> Transition:
    """Return the transition that says that a session is over."""
    return {'kind': transition.CLOSE, 'uuid': session, 'evidence': evidence}
