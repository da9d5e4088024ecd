# SPDX-License-Identifier: Apache-2.0
"""The recorder of a process that has none of its own."""

from collections.abc import Sequence

from nova_actions.db import verdict
from nova_actions.reporter import loss
from nova_actions.reporter import recorder
from nova_actions.reporter import transition
from nova_actions.reporter.delivery import wire

Transition = transition.Transition


class Direct:
    """The recorder of a process that has not called ``setup()``: each report
    goes where its remotables go, at once, and is lost when that fails."""

    settings = recorder.Settings(folder='', host='', mode='direct')

    def __init__(self) -> None:
        self.losses = loss.Losses()
        self._line = wire.Wire(None, None)

    def reborn(self) -> 'Direct':
        return Direct()

    def record(
        self, transitions: Sequence[Transition], required: bool = False
    ) -> bool:
        """As of :meth:`recorder.Recorder.record`."""
        try:
            answers = self._line.send(transitions)
        except Exception as error:  # noqa: BLE001 - never raises
            self.losses.add(
                loss.DIRECT,
                len(transitions),
                type(error).__name__,
                transitions,
            )
            loss.log_why(error)
            return False
        for each, answer in zip(transitions, answers, strict=True):
            if answer['verdict'] == verdict.REFUSED:
                self.losses.add(loss.REFUSED, 1, answer['error'], [each])
        return all(answer['verdict'] != verdict.REFUSED for answer in answers)

    def hold(self, _handle: transition.Handle) -> None:
        """There is no spool."""

    def flush(self, _timeout: float) -> bool:
        return True

    def stop(self, _timeout: float, at_exit: bool = False) -> bool:
        self.losses.tell()
        return True

    def stats(self) -> dict[str, int]:
        return {
            f'lost_{reason}': number
            for reason, number in self.losses.counts.items()
        }
