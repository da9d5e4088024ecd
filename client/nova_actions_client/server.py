# SPDX-License-Identifier: Apache-2.0
"""A server as a person names it: by its id or by its name."""

import uuid


def query(name: str) -> dict[str, str]:
    """Return the parameter of the log that selects a server."""
    try:
        return {'server': str(uuid.UUID(name))}
    except ValueError:
        return {'server_name': name}
