# SPDX-License-Identifier: Apache-2.0
"""What tells that a report in a spool is the one that was written."""

import zlib

#: ``PRAGMA user_version`` of a spool of whose reports each has a seal; those
#: of the first release have none.
VERSION = 1


def of(number: int, body: str) -> int:
    """Return the checksum of a report and its place in the spool."""
    return zlib.crc32(f'{number}:{body}'.encode())
