# SPDX-License-Identifier: Apache-2.0
"""Words in the database and on the wire, and plurals."""

#: Results of an event. The first two are Nova's.
RESULT_SUCCESS = 'Success'
RESULT_ERROR = 'Error'
RESULT_INTERRUPTED = 'Interrupted'
RESULTS = (RESULT_SUCCESS, RESULT_ERROR, RESULT_INTERRUPTED)

#: Errors that may go away when a report is sent again: its action may still be
#: in the spool of another host, or in a cell that does not answer now.
PASSING_REFUSALS = (
    'InstanceNotFound',
    'InstanceActionNotFound',
    'CellUnavailable',
)

#: The reasons for which a report may be lost, and what they mean.
LOSSES = {
    'full': 'the spool is at its limit',
    'spool': 'the spool could not be written',
    'damaged': 'the spool was damaged',
    'refused': 'the conductor does not take it, or not in time',
    'ended': 'the process ended and has no spool on disk',
    'direct': 'it could not be sent, and nothing keeps it; call '
    'nova_actions.reporter.setup(conf) once in each process',
    'error': 'recording itself failed',
}

#: Facts that a reporter may send about the program that it runs in.
ABOUT = {
    'bridge': 'the version of what installs the reporter there',
    'mode': 'how much it records',
    'nova': 'the version of the program',
    'missing': 'what it could not be installed at',
}

#: The reason of an event that was closed because its reporter had died.
REASON_INTERRUPTED = 'interrupted'


def counted(number: int, noun: str) -> str:
    """Return a number of things, as in "1 server", "2 servers"."""
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'
