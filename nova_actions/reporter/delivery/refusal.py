# SPDX-License-Identifier: Apache-2.0
"""What the delivery makes of errors and refusals: which report is at fault,
which may pass if it waits, and what helps."""

from collections.abc import Mapping

from nova_actions import exception
from nova_actions import vocabulary
from nova_actions.db import verdict

#: Refusals that may pass: the report waits.
PASSING = vocabulary.PASSING_REFUSALS

#: What helps a report that waits, by the error.
REMEDIES: Mapping[str, str] = {
    'InstanceNotFound': 'Nobody has registered the server: "nova-actions-'
    'manage instance import" does that for those of a '
    'cell, and so does a recorded action "create"',
    'InstanceActionNotFound': 'No action of that request is recorded on the '
    'server: who begins it has to record that. A '
    'server that nobody registered is registered '
    'by "nova-actions-manage instance import" or '
    'by a recorded action "create"',
}


def is_poison(error: Exception) -> bool:
    """Tell whether the report may be at fault, not the way to the
    conductor."""
    if isinstance(error, exception.Unavailable | exception.Forbidden):
        return False
    return isinstance(error, exception.Invalid) or (
        type(error) is exception.ActionsException
    )


def answer(error: Exception) -> verdict.Answer:
    """Return the answer to a report that has to wait because of an error."""
    return {
        'verdict': verdict.REFUSED,
        'error': PASSING[0],
        'reason': type(error).__name__,
    }
