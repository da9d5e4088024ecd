# SPDX-License-Identifier: Apache-2.0
"""F2: credentials of HTTP that are a list of parameters (RFC 9110, 11.4).

The signer, the scope and the method stay; the proof is masked.
"""

import re
from collections.abc import Iterator

from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.index import look_for

#: RFC 7616, AWS Signature Version 4, RFC 5849, Hawk, HTTP Signatures.
SCHEME = (
    r'(?:digest|aws4-hmac-sha256|oauth|hawk|hmac|signature|mac)'
    r'\s{1,4}(?=[A-Za-z_-]{1,32}=)'
)
GUARDS = ('digest', 'aws4-hmac', 'oauth', 'hawk', 'hmac', 'signature', 'mac')
look_for(GUARDS)

_LIST = re.compile(rf'(?<![\w-]){SCHEME}', re.IGNORECASE)
_PARAMETER = re.compile(
    r'[\s,]{0,8}(?P<name>[A-Za-z_-]{1,32})='
    r'(?:"(?P<quoted>[^"\n]{0,2048})"|(?P<bare>[^\s,"\'\\\x1c]{1,2048}))'
)
_SAID = frozenset(
    (
        'username',
        'realm',
        'nonce',
        'cnonce',
        'nc',
        'uri',
        'qop',
        'algorithm',
        'opaque',
        'userhash',
        'domain',
        'stale',
        'charset',
        'credential',
        'signedheaders',
        'headers',
        'keyid',
        'created',
        'expires',
        'id',
        'ts',
        'ext',
        'app',
        'dlg',
        'version',
        'oauth_version',
        'oauth_nonce',
        'oauth_timestamp',
        'oauth_signature_method',
        'oauth_callback',
        'scope',
        'error',
        'error_description',
    )
)
#: Parameters that are always masked.
_PROOF = frozenset(
    (
        'response',
        'signature',
        'sig',
        'token',
        'oauth_token',
        'oauth_signature',
        'oauth_verifier',
    )
)
_MAX_PARAMETERS = 24


def spans(text: str, index: Index) -> Iterator[_text.Span]:
    """Yield the values of parameters that prove something."""
    if not any(map(index.has, GUARDS)):
        return
    for opened in _LIST.finditer(text):
        at = opened.end()
        for _number in range(_MAX_PARAMETERS):
            found = _PARAMETER.match(text, at)
            if found is None:
                break
            at = found.end()
            kind = 'bare' if found['bare'] else 'quoted'
            name, value = found['name'].lower(), found[kind]
            if (
                name not in _SAID
                and value.strip(_text.FILL)
                and (name in _PROOF or words.is_random(value))
            ):
                yield *found.span(kind), 'F2'
