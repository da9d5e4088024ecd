# SPDX-License-Identifier: Apache-2.0
"""Words that stand in the database and on the wire, and how to count."""

#: Results of an event. The first two are Nova's.
RESULT_SUCCESS = 'Success'
RESULT_ERROR = 'Error'
RESULT_INTERRUPTED = 'Interrupted'
RESULTS = (RESULT_SUCCESS, RESULT_ERROR, RESULT_INTERRUPTED)

#: The reason of an event that was closed since its reporter had died.
REASON_INTERRUPTED = 'interrupted'


def counted(number: int, noun: str) -> str:
    """Return a number of things, as in "1 server", "2 servers"."""
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'
