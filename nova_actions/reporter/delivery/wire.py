# SPDX-License-Identifier: Apache-2.0
"""From transitions to the conductor, as one remotable call."""

from collections.abc import Mapping, Sequence
from typing import Any

from nova_actions import vocabulary
from nova_actions.reporter import transition
from nova_actions.reporter.delivery import merging

_PASSING = vocabulary.PASSING_REFUSALS

Transition = dict[str, Any]
Answer = dict[str, Any]


class Wire:
    """Sends what one life of a reporter has to say.

    :param host: where it runs
    :param epoch: its life
    :param about: what the program tells of itself, which may change
    """

    def __init__(
        self,
        host: str | None,
        epoch: str | None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self._host = host
        self._epoch = epoch
        self._about = about or {}

    def send(self, transitions: Sequence[Transition]) -> list[Answer]:
        """Send a batch, which may be empty, and return what became of each.

        :raises ActionsException, oslo errors: it has to be sent again
        """
        merged = merging.merge(transitions)
        found = self._send(merged.sent)
        answers = [found[place] for place in merged.places]
        # What is wrong with an end need not be wrong with its beginning.
        again = [
            number
            for number in merged.starts(transitions)
            if answers[number]['verdict'] == 'refused'
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
                        'verdict': 'refused',
                        'error': 'Invalid',
                        'reason': type(error).__name__,
                    }
                )
        given = iter(
            report.ReportList.apply(
                context.get_admin_context(),
                report.ReportList(objects=reports),
                host=self._host,
                epoch=self._epoch,
            )
        )
        return [each or next(given) for each in answers]

    def beat(self, waiting: int, lost: Mapping[str, int]) -> None:
        """Say that this life goes on, and how it is.

        :raises ActionsException, oslo errors: it was not heard
        """
        from oslo_versionedobjects import exception as ovo_exc

        from nova_actions import context
        from nova_actions.objects import reporter

        try:
            reporter.Reporter.beat(
                context.get_admin_context(),
                str(self._epoch),
                waiting,
                dict(lost),
                host=self._host,
                about={
                    name: str(value)
                    for name, value in dict(self._about).items()
                }
                or None,
            )
        except (
            ovo_exc.UnsupportedObjectError,
            ovo_exc.IncompatibleObjectVersion,
        ):
            # By a conductor of an older release, which hears this.
            self.send([])

    def close(self, ended: Transition) -> None:
        """Have the conductor close what a dead life left open.

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


def closing(epoch: str, evidence: str) -> Transition:
    """Return the transition that says that a life is over."""
    return {'kind': transition.CLOSE, 'uuid': epoch, 'evidence': evidence}
