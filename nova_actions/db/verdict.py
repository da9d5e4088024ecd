# SPDX-License-Identifier: Apache-2.0
"""What became of a report."""

import dataclasses
from typing import NotRequired, TypedDict

from nova_actions import exception

REFUSED = 'refused'


class Answer(TypedDict):
    """A verdict as it is sent to the reporter; see :class:`Verdict`."""

    verdict: str
    error: str | None
    reason: str | None
    #: In digits; only where it is not 0.
    replaced: NotRequired[str]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of one report.

    :param verdict: ``ledger_rules.APPLIED`` or ``KNOWN``, or ``REFUSED``
    :param error: the class of the refusal, in :mod:`nova_actions.exception`
    :param replaced: how many of its characters the database cannot hold
    :param cut: how many of its times were from the future
    """

    verdict: str
    error: str | None = None
    reason: str | None = None
    replaced: int = 0
    cut: int = 0


def refused(error: exception.ActionsException) -> Verdict:
    return Verdict(REFUSED, type(error).__name__, error.format_message())
