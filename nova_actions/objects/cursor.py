# SPDX-License-Identifier: Apache-2.0
"""Cursors: the position of the next page of a search, as text that clients
cannot forge.

A cursor contains the time and the UUID of the last action shown, the time of
the request for the first page, and a digest of the filters and the project.
It is valid only with those, and grants no rights.
"""

import base64
import binascii
import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from nova_actions import exception
from nova_actions.db.search import scan

_MAC_LENGTH = 16
#: The maximum length of a cursor, characters.
LIMIT = 1024


class Cursor(NamedTuple):
    """The content of a cursor.

    :param asked_at: the time of the request for the first page, naive UTC:
        relative times mean the same on every page
    :param place: the position after which the next page begins
    """

    asked_at: datetime.datetime
    place: scan.Place


def pack(key: bytes, terms: Mapping[str, Any], cursor: Cursor) -> str:
    """Return a cursor as text.

    :param key: the secret that signs it
    :param terms: the filters that it is valid with
    """
    time = cursor.place.time
    content = json.dumps(
        [
            cursor.asked_at.isoformat(),
            time and time.isoformat(),
            cursor.place.uuid,
        ]
    ).encode()
    return (
        base64.urlsafe_b64encode(_mac(key, terms, content) + content)
        .decode()
        .rstrip('=')
    )


def unpack(key: bytes, terms: Mapping[str, Any], text: str) -> Cursor:
    """Return the content of a cursor.

    :raises InvalidInput: when it is not one of ours, or was created with
        other filters
    """
    try:
        raw = base64.b64decode(
            text[:LIMIT] + '=' * (-len(text) % 4),
            altchars=b'-_',
            validate=True,
        )
    except (binascii.Error, ValueError):
        raw = b''
    mac, content = raw[:_MAC_LENGTH], raw[_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _mac(key, terms, content)):
        raise exception.InvalidInput(
            argument='cursor',
            reason='it is not from a next link of this search; filters and '
            'order must be those of the first page',
        )
    asked_at, time, uuid = json.loads(content)
    parse = datetime.datetime.fromisoformat
    return Cursor(parse(asked_at), scan.Place(time and parse(time), uuid))


def _mac(key: bytes, terms: Mapping[str, Any], content: bytes) -> bytes:
    digest = hashlib.sha256(
        json.dumps(terms, sort_keys=True).encode()
    ).digest()
    return hmac.digest(key, digest + content, 'sha256')[:_MAC_LENGTH]
