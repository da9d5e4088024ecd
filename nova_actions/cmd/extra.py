# SPDX-License-Identifier: Apache-2.0
"""Which parts of the extra ``server`` are missing: a plain installation is
only a reporter."""

from importlib import metadata

from packaging import requirements

#: The distribution, and its extra with the requirements of services.
DISTRIBUTION = 'nova-actions'
EXTRA = 'server'


def missing() -> list[str]:
    """Return the sorted names of the distributions of the extra that are not
    installed; none for a source tree that is not installed."""
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
