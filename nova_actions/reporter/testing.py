# SPDX-License-Identifier: Apache-2.0
"""For unit tests of code that reports: what it reported, without a bus, a
database or a file::

    with testing.Recorded() as recorded:
        manager.reboot(context, instance)
    [step] = recorded.steps
    assert step.result == 'Success'
"""

import dataclasses
import types
from collections.abc import Sequence
from typing import Any, Self

from nova_actions.reporter import active
from nova_actions.reporter import loss
from nova_actions.reporter import recorder
from nova_actions.reporter import transition


@dataclasses.dataclass(frozen=True)
class Step:
    """A step of an action on one server, as it would be stored.

    :param result: ``Success``, ``Error``; None while it runs
    :param details: why it failed
    :param duration: microseconds; None while it runs
    """

    uuid: str
    name: str
    instance_uuid: str
    host: str | None
    request_id: str | None
    result: str | None = None
    details: str | None = None
    traceback: str | None = None
    error_type: str | None = None
    duration: int | None = None


_FIELDS = tuple(field.name for field in dataclasses.fields(Step))


class Recorded:
    """Context manager that takes all that this process reports meanwhile.

    :param required: the ``[reporter] required_actions``
    :param fails: nothing can be stored, as with a full disk
    """

    def __init__(
        self, required: Sequence[str] = (), fails: bool = False
    ) -> None:
        self.settings = recorder.Settings(
            folder='',
            host='',
            mode='off',
            required_actions=frozenset(required),
        )
        self.losses = loss.Losses()
        self._fails = fails
        self._transitions: list[transition.Transition] = []
        self._before: active.Recorder = self

    def __enter__(self) -> Self:
        self._before = active.replace(self)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: types.TracebackType | None,
    ) -> None:
        active.replace(self._before)

    @property
    def actions(self) -> list[str]:
        """The names of the actions, in the order in which they began."""
        return [
            each['name']
            for each in self._transitions
            if each['kind'] == transition.ACTION
        ]

    @property
    def steps(self) -> list[Step]:
        """The steps, in the order in which they began."""
        found: dict[str, Step] = {}
        for each in self._transitions:
            if each['kind'] in transition.STEPS:
                values: dict[str, Any] = {
                    name: each.get(name) for name in _FIELDS
                }
                found[each['uuid']] = Step(**values)
        return list(found.values())

    def reborn(self) -> 'Recorded':
        return self

    def record(
        self,
        transitions: Sequence[transition.Transition],
        required: bool = False,
    ) -> bool:
        if self._fails:
            self.losses.add(
                loss.SPOOL, len(transitions), 'of a test', transitions
            )
            return False
        self._transitions += transitions
        return True

    def hold(self, handle: transition.Handle) -> None:
        """There is no spool."""

    def flush(self, timeout: float) -> bool:
        return True

    def stop(self, timeout: float, at_exit: bool = False) -> bool:
        return True

    def stats(self) -> dict[str, int]:
        return {
            f'lost_{reason}': number
            for reason, number in self.losses.counts.items()
        }
