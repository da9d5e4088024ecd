# SPDX-License-Identifier: Apache-2.0
"""How an action ended, as the exit code of a command."""

from nova_actions_client import record

#: It could not be asked; a usage error is 2, argparse's.
NOT_ASKED = 1
USAGE = 2
TIMEOUT = 5
CODES = {
    record.SUCCEEDED: 0,
    record.RETRIED: 0,
    record.FAILED: 3,
    record.INTERRUPTED: 4,
}
