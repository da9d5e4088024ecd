# SPDX-License-Identifier: Apache-2.0
"""The extra that commands need: a plain installation is a reporter's."""

from importlib import metadata

from packaging import requirements

#: The distribution, and its extra with what only services need.
DISTRIBUTION = 'nova-actions'
EXTRA = 'server'


def missing() -> list[str]:
    """Return the names of the distributions of the extra that are not
    installed, sorted; of a source tree that is not installed, none."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    return sorted(
        {
            each.name
            for each in map(requirements.Requirement, wanted)
            if each.marker is not None
            and each.marker.evaluate({'extra': EXTRA})
            and not each.marker.evaluate({'extra': ''})
            and not _is_installed(each.name)
        }
    )


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
