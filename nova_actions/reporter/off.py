# SPDX-License-Identifier: Apache-2.0
"""The recorder of a process that records nothing."""

from collections.abc import Sequence

from nova_actions.reporter import loss
from nova_actions.reporter import recorder
from nova_actions.reporter import transition


class Off:
    """Takes every report and keeps none: ``[reporter] mode = off``."""

    def __init__(self, settings: recorder.Settings) -> None:
        self.settings = settings
        self.losses = loss.Losses()

    def reborn(self) -> 'Off':
        return self

    def start(self) -> None:
        """There is nothing to begin."""

    def record(
        self,
        _transitions: Sequence[transition.Transition],
        _required: bool = False,
    ) -> bool:
        return True

    def hold(self, _handle: transition.Handle) -> None:
        """There is no spool."""

    def flush(self, _timeout: float) -> bool:
        return True

    def stop(self, _timeout: float, at_exit: bool = False) -> bool:
        return True

    def stats(self) -> dict[str, int]:
        return {}
