# SPDX-License-Identifier: Apache-2.0
"""What processes use, as the kernel counts it."""

import os
import pathlib


def cpu_of_group(group: int) -> float:
    """Return the CPU seconds of a group's living processes."""
    ticks = sum(
        int(fields[11]) + int(fields[12])
        for fields in _stats()
        if int(fields[2]) == group
    )
    return ticks / os.sysconf('SC_CLK_TCK')


def memory_of_group(group: int) -> float:
    """Return the resident MiB of a group's living processes; what they share
    counts for each."""
    pages = sum(
        int(fields[21]) for fields in _stats() if int(fields[2]) == group
    )
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


def _stats() -> list[list[str]]:
    """Return the fields of each process's ``stat`` after its name: see
    proc(5), from the state on."""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            found.append(path.read_text().rpartition(')')[2].split())
        except OSError:
            # It has ended.
            continue
    return found
