# SPDX-License-Identifier: Apache-2.0
"""Whether the rules work on this interpreter.

They are regular expressions, and an interpreter may have a fault in its
matcher: with possessive repeats of groups, passwords pass on Python 3.11.2.
So a process tries a few texts before it trusts the rules.
"""

import platform
from collections.abc import Callable

_TOKEN = 'gAAAAABn' + 'Kx9-vQ2_' * 5
_JWT = '.'.join(('eyJ' + 'hbGciOiJI', 'eyJ' + 'zdWIiOiIx', 'Kx9vQ2rT7wB4'))
_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'
_KEY = f'-----BEGIN %s-----\n{_BODY}\n-----END %s-----'.replace(
    '%s', 'PRIVATE KEY'
)

#: A text with a secret that was made up, and what must come of it.
SECRETS = (
    ("{'password': 'Kx9vQ2rT'}", "{'password': '[REDACTED:F1]'}"),
    (
        '{"a": "{\\"admin_pass\\": \\"Kx9vQ2rT\\"}", "id": 4}',
        '{"a": "{\\"admin_pass\\": \\"[REDACTED:F1]\\"}", "id": 4}',
    ),
    (
        'the password for vm1 is Kx9vQ2rT7',
        'the password for vm1 is [REDACTED:F1]',
    ),
    ('api_key = Kx9vQ2rT, tries = 3', 'api_key = [REDACTED:F1], tries = 3'),
    (
        '{"Authorization": "Basic bm92YTpLeDl2UTI="}',
        '{"Authorization": "Basic [REDACTED:F2]"}',
    ),
    (r"'failed\npassword=Kx9vQ2rT'", r"'failed\npassword=[REDACTED:F1]'"),
    ('http://nova:Kx9vQ2@rT7@db/x?a=b', 'http://nova:[REDACTED:F4]@db/x?a=b'),
    ('mysql -u root -pKx9,vQ2rT nova', 'mysql -u root -p[REDACTED:F6] nova'),
    (f'{_KEY}\nat line 3', '[REDACTED:F7]\nat line 3'),
    (f'got {_JWT}, {_TOKEN} too', 'got [REDACTED:F8], [REDACTED:F9] too'),
    (
        "INSERT INTO t (id, password) VALUES (4, 'Kx9vQ2rT')",
        "INSERT INTO t (id, password) VALUES (4, '[REDACTED:F15]')",
    ),
    (
        '<user><password>Kx9vQ2rT</password></user>',
        '<user><password>[REDACTED:F16]</password></user>',
    ),
)
#: What must stay as it is.
HARMLESS = (
    'No valid host was found. There are not enough hosts available.',
    "{'id': '1d2c3b4a-0000-4abc-9def-0123456789ab', 'key_name': 'mine'}",
    'Volume 1d2c3b4a-0000-4abc-9def-0123456789ab: token type is "fernet".',
)


class Broken(Exception):
    """The rules do not work here; the text says what went wrong."""


def check(sanitize: Callable[[str], str | None]) -> None:
    """Try the rules on some texts, which takes a few milliseconds.

    :param sanitize: makes a text safe
    :raises Broken: when one does not come out as it must
    :raises RecursionError, MemoryError: which tell nothing about the rules:
        it may work later
    """
    for text, wanted in (*SECRETS, *zip(HARMLESS, HARMLESS, strict=True)):
        try:
            found = sanitize(text)
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001
            found = repr(error)
        if found != wanted:
            raise Broken(
                'the rules that keep secrets out of what is recorded do not '
                f'work on this Python ({platform.python_version()}): '
                f'{text!r} came out as {found!r}'
            )
