# SPDX-License-Identifier: Apache-2.0
"""Words that stand in the database and on the wire."""

#: Results of an event. The first two are Nova's.
RESULT_SUCCESS = 'Success'
RESULT_ERROR = 'Error'
RESULT_INTERRUPTED = 'Interrupted'
RESULTS = (RESULT_SUCCESS, RESULT_ERROR, RESULT_INTERRUPTED)

#: The reason of an event that was closed since its reporter had died.
REASON_INTERRUPTED = 'interrupted'
