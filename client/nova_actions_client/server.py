# SPDX-License-Identifier: Apache-2.0
"""A server on the command line: its id or its name."""

import uuid

from nova_actions_client import view


def query(name: str) -> view.Query:
    """Return the parameter that selects a server."""
    try:
        return {'server': str(uuid.UUID(name))}
    except ValueError:
        return {'server_name': name}
