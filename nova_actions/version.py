# SPDX-License-Identifier: Apache-2.0
"""The installed version, as pbr wrote it."""

import functools
import importlib.metadata

PACKAGE = 'nova-actions'


@functools.cache
def version_string() -> str:
    """Return the version, or 'unknown' when running uninstalled."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return 'unknown'
