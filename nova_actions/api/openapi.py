# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document, made of the route table and the schemas."""

from collections.abc import Iterable
from typing import Any

from nova_actions.api.route import Route


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the document."""
    return {'openapi': '3.1.0', 'info': {}, 'paths': {}}
