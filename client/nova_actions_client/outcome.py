# SPDX-License-Identifier: Apache-2.0
"""Exit codes: how an action ended, or why that is not known."""

from nova_actions_client import record

#: The log could not be queried.
NOT_ASKED = 1
#: Bad input; argparse ends with the same code.
USAGE = 2
TIMEOUT = 5
CODES = {
    record.SUCCEEDED: 0,
    record.RETRIED: 0,
    record.FAILED: 3,
    record.INTERRUPTED: 4,
}
