# SPDX-License-Identifier: Apache-2.0
"""How ``nova-actions-manage`` prints results."""

import datetime
import json
from collections.abc import Callable
from typing import Any


def show(form: str, data: Any, text: Callable[[Any], str]) -> None:
    """Print data as JSON or as text.

    :param form: ``json``, or ``table``
    :param text: makes text of the data
    """
    if form == 'json':
        print(json.dumps(data, default=_json, indent=2))
    else:
        print(text(data))


def _json(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)
