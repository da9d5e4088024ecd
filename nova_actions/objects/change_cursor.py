# SPDX-License-Identifier: Apache-2.0
"""Cursors of the feed of changes: up to where somebody has read, as a text
that tells him nothing.

The number in it counts everybody's changes. So it is encrypted, and no two
cursors are alike: else the project that reads could count what others do. A
cursor carries no rights.
"""

import base64
import binascii
import hmac
import secrets

from nova_actions import exception

_NONCE = 16
_NUMBER = 8
_MAC = 16
_LENGTH = _NONCE + _NUMBER + _MAC


def pack(key: bytes, number: int) -> str:
    """Return the cursor behind a change, by the change's number."""
    # The first character is no hyphen, so that a command takes it as a value.
    nonce = bytes([secrets.randbelow(0xF8)]) + secrets.token_bytes(_NONCE - 1)
    content = nonce + _hidden(key, nonce, number.to_bytes(_NUMBER))
    return (
        base64.urlsafe_b64encode(content + _mac(key, content))
        .decode()
        .rstrip('=')
    )


def unpack(key: bytes, text: str) -> int:
    """Return the number of the change that a cursor is behind.

    :raises InvalidInput: when it is none of ours
    """
    try:
        raw = base64.b64decode(
            text + '=' * (-len(text) % 4), altchars=b'-_', validate=True
        )
    except (binascii.Error, ValueError):
        raw = b''
    content, mac = raw[:-_MAC], raw[-_MAC:]
    if len(raw) != _LENGTH or not hmac.compare_digest(mac, _mac(key, content)):
        raise exception.InvalidInput(
            argument='after', reason='it is not the cursor of an answer'
        )
    return int.from_bytes(_hidden(key, content[:_NONCE], content[_NONCE:]))


def _hidden(key: bytes, nonce: bytes, number: bytes) -> bytes:
    """Encrypt a number, or decrypt it."""
    stream = hmac.digest(key, b'change number ' + nonce, 'sha256')
    return bytes(
        one ^ other
        for one, other in zip(number, stream[:_NUMBER], strict=True)
    )


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, b'change cursor ' + content, 'sha256')[:_MAC]
