# SPDX-License-Identifier: Apache-2.0
"""Secrets in texts as they are met: environments, commands, files of
configuration, dumps of HTTP, SQL, source."""

import base64
import collections
import dataclasses
import json
import pathlib
import re
from collections.abc import Iterator
from urllib import parse

from nova_actions.tests.unit.sanitize import planted

_SHAPES = pathlib.Path(__file__).with_name('planted.txt')
_SECTION = re.compile(r'\[\w+ (?P<kind>[a-z]\w+)\]$')
#: How PEM, tokens and hashes are met.
_AROUND = (
    'error near § at line 3',
    'ValueError: §',
    "{'x': '§'}",
    '{"a": ["§"]}',
    ' - §',
    'key = §',
    '[client.nova]\n    key = §\n    caps mon = "x"',
    'cookie: novnc=§; Path=/',
    'https://h/x/§/y',
    "f('§', 1)",
    '    raise X(f"{a} §")',
    "b'§'",
    'x=§,y=2',
    "<a b='§'/>",
    '(§)',
    'root:§:19000:0:99999:7:::',
    '"§\\n"',
    'token=§ expired',
    'two: § §',
)


@dataclasses.dataclass
class Login:
    user: str
    password: str


Pair = collections.namedtuple('Pair', 'user passwd')


def password(make: planted.Maker) -> str:
    """Return a password as people or programs choose them."""
    return make.random.choice(
        [
            lambda: make.some(planted.WORD, 9) + '37',
            lambda: make.some(planted.WORD, 20) + '7x',
            lambda: (
                make.some(planted.WORD, 5)
                + make.some('!#^*-_+', 1)
                + make.some(planted.WORD, 5)
                + '4'
            ),
            lambda: make.some(planted.HEX, 16) + '0a',
            lambda: make.some(planted.UPPER.lower(), 8) + '42',
        ]
    )()


def secret(make: planted.Maker, kind: str) -> str:
    return {
        'password': lambda: password(make),
        'hex': lambda: make.some(planted.HEX, 30) + '0a',
        'base64': lambda: make.base64(24),
        'word': lambda: make.some(planted.WORD, 12) + '9z',
    }[kind]()


def shapes(make: planted.Maker) -> Iterator[tuple[str, str]]:
    kind = ''
    for line in _SHAPES.read_text(encoding='utf-8').splitlines():
        if section := _SECTION.match(line):
            kind = section['kind']
        elif kind:
            value = secret(make, kind)
            if '://' in line or '%§' in line:
                value = re.sub(r'[^\w-]', '', value)
            yield line.replace('⏎', '\n').replace('§', value), value


def coded(make: planted.Maker) -> Iterator[tuple[str, str]]:
    """Reprs of objects, and what was encoded."""
    value = password(make)
    quoted = parse.quote(value)
    for text in (
        repr(Login('nova', value)),
        repr(Pair('nova', value)),
        repr({'password': value.encode()}),
        repr(bytearray(f'password={value}'.encode())),
        json.dumps({'msg': json.dumps({'password': value})}),
        json.dumps({'password': value}, indent=2),
        f'kind: Secret\nstringData:\n  OS_PASSWORD: "{value}"\n',
    ):
        yield text, value
    yield f'user%3Dnova%26password%3D{quoted}', quoted
    yield parse.quote(json.dumps({'password': value})), quoted
    basic = base64.b64encode(f'nova:{value}'.encode()).decode()
    for shape in (
        'Authorization: Basic §',
        "{'Authorization': 'Basic §'}",
        '{"auths": {"r.example": {"auth": "§"}}}',
        'Basic §',
        'HTTP_AUTHORIZATION=Basic §',
        'kind: Secret\ndata:\n  password: §\n',
        '{"data":{"password":"§"}}',
    ):
        yield shape.replace('§', basic), basic
    data = base64.b64encode(
        f'#cloud-config\npassword: {value}\n'.encode()
    ).decode()
    for shape in (
        'user_data=§',
        '"user_data": "§"',
        '--user-data §',
        'OS-EXT-SRV-ATTR:user_data: §',
        "user_data='§'",
    ):
        yield shape.replace('§', data), data


def pem(make: planted.Maker) -> Iterator[tuple[str, str]]:
    for kind in ('RSA ', '', 'OPENSSH '):
        body = make.base64(600)
        rows = [body[at : at + 64] for at in range(0, len(body), 64)]
        begin, end = (
            f'-----{word} {kind}PRIVATE KEY-----' for word in ('BEGIN', 'END')
        )
        whole = '\n'.join([begin, *rows, end, ''])
        for text in (
            repr({'keypair': {'private_key': whole}}),
            repr(whole.encode()),
            json.dumps({'private_key': whole}),
            json.dumps(whole)[:600],
            repr(whole)[:500],
            whole[:333],
            whole.replace('\n', '\\r\\n'),
            'key: |\n        ' + whole.replace('\n', '\n        '),
            whole.replace('\n', '\n> '),
            whole.replace('\n', '\nERROR nova '),
            f'PRIVATE_KEY="{whole}"',
            'echo "' + whole[:700],
            f'<key>{whole}</key>',
            repr([begin, *rows, end]),
            ' '.join([begin, *rows, end]),
            f"key = '''{whole}'''",
        ):
            yield from ((text, row) for row in rows[::4] if row in text)
        yield parse.quote(whole), parse.quote(rows[2])
        yield (
            f'{begin}\n{rows[0]}\n{rows[1][:13]}; called with 1',
            rows[1][:13],
        )


def formed(make: planted.Maker) -> Iterator[tuple[str, str]]:
    """What is a secret by its form, in other surroundings."""
    for value in {value for _text, value in planted.vendor(make)}:
        for shape in _AROUND:
            yield shape.replace('§', value), value


FAMILIES = (shapes, coded, pem, formed)
