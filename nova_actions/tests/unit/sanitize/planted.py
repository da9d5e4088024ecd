# SPDX-License-Identifier: Apache-2.0
"""Secrets of every family, generated for each run from a seed.

Nothing here is a secret of anybody: the values are random, and put together
so that no scanner of sources takes one for real.
"""

import base64
import json
import random
import string
from collections.abc import Iterator

WORD = string.ascii_letters + string.digits
HEX = string.hexdigits[:16]
UPPER = string.ascii_uppercase + string.digits
URLSAFE = WORD + '-_'

KEYS = (
    'password',
    'admin_pass',
    'adminPass',
    'new_pass',
    'auth_password',
    'passwd',
    'pwd',
    'passphrase',
    'secret',
    'client_secret',
    'auth_token',
    'token',
    'api_key',
    'apikey',
    'access_key',
    'secret_key',
    'private_key',
    'OS_PASSWORD',
    'os_password',
    'db_password',
    'rabbit_password',
    'secret_access_key',
    'CHAPPASSWORD',
    'chap_secret',
    'fernet_key',
    'metadata_proxy_shared_secret',
    'rootPass',
    'user_password',
    'vncpasswd',
    'spice_password',
    'graphics_passwd',
    'application_credential_secret',
    'encryption_key',
    'ssl_key',
    'sessionid',
    'credential',
    'keyring',
    'PGPASSWORD',
    'MYSQL_PWD',
    'ipmi_password',
    'X-Api-Key',
    'otp',
)
# A name, what to put it into: %k the key, %s the secret.
SHAPES = (
    '%k=%s',
    '%k = %s',
    '%k: %s',
    "'%k': '%s'",
    '"%k": "%s"',
    '"%k":"%s"',
    "u'%k': u'%s'",
    "b'%k': b'%s'",
    '%k="%s"',
    "%k='%s'",
    '%k => %s',
    '{"a": {"%k": "%s"}, "id": 4}',
    "{'x': 1, '%k': '%s', 'id': 4}",
    r'"{\"%k\": \"%s\"}"',
    r'"{\\\"%k\\\": \\\"%s\\\"}"',
    '(%k=%s, user=bob)',
    'call(%k="%s", user="bob")',
    'cmd --%k %s --verbose',
    'cmd --%k=%s --verbose',
    "['cmd', '--%k', '%s', '-v']",
    "['cmd', '--%k=%s', '-v']",
    '["cmd", "--%k", "%s"]',
    "('%k', '%s')",
    '[DEFAULT]\n%k = %s\nhost = a',
    'a:\n  %k: %s\n  b: c',
    'a:\n  - %k: "%s"\n',
    '    %k = "%s"',
    "    conn['%k'] = '%s'",
    'http://h/?%k=%s&x=1',
    '"%k":\n    "%s"',
    "'%k':\n 'x%s'",
    '%k=\\\n  %s',
    'def f(%k: str = "%s")',
    'if %k == "%s":',
    'a:\n  %k: |\n    %s\n',
    'export %k=%s',
    '%k:%s',
    '%k=[%s]',
    '%%(%k)s, {"%k": "%s"}',
)
PROSE = (
    'password is %s',
    'raise X("password is %s")',
    'the password was %s.',
    "password '%s'",
    'password "%s" rejected',
    'password: %s',
    'Password %s',
    "raise X(f'bad password {user} password is %s')",
    'token is %s',
    'secret is "%s"',
    'the admin password for vm1 is %s',
    'api key is %s',
    'login with password %s failed',
    'password set to %s',
    'Invalid input for field/attribute adminPass. Value: %s. Too long',
)


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, chars: str, length: int) -> str:
        return ''.join(self.random.choice(chars) for _ in range(length))

    def password(self) -> str:
        return self.some(WORD, 8) + str(self.random.randint(10, 99))

    def base64(self, length: int) -> str:
        return base64.b64encode(self.random.randbytes(length)).decode()


def keyed(make: Maker) -> Iterator[tuple[str, str]]:
    for key in KEYS:
        for shape in SHAPES:
            value = make.password()
            yield shape.replace('%k', key).replace('%s', value), value
    for shape in PROSE:
        value = make.password()
        yield shape.replace('%s', value), value


def hard_values(make: Maker) -> Iterator[tuple[str, str]]:
    """Values with quotes, commas and whatever else a password may hold."""
    for middle in (
        "'",
        '"',
        '\\',
        ' ',
        ', ',
        '&',
        '@',
        '/',
        ':',
        '#',
        '$',
        ';',
        '!',
        '%',
        '[',
        '}',
        '<',
        "''",
        '\\"',
        '\n',
        'ü',
    ):
        left, right = make.some(WORD, 8), make.some(WORD, 8)
        value = left + middle + right
        for text in (
            json.dumps({'password': value, 'id': 4}),
            json.dumps(json.dumps({'password': value})),
            repr({'admin_pass': value, 'id': 4}),
            repr([repr({'admin_pass': value, 'id': 4})]),
        ):
            yield text, left
            yield text, right
        if middle in ',&@/:#$;!%ü':
            text = f'password={value}'
            yield text, left
            yield text, right


def headers(make: Maker) -> Iterator[tuple[str, str]]:
    for name in (
        'X-Auth-Token',
        'X-Subject-Token',
        'X-Service-Token',
        'X-Storage-Token',
        'X-Vault-Token',
        'X-Api-Key',
        'X-Amz-Security-Token',
        'x-auth-token',
        'X-Auth-Key',
        'X-Account-Meta-Temp-URL-Key',
    ):
        for shape in (
            '%n: %s',
            "'%n': '%s'",
            '-H "%n: %s"',
            '"%n": "%s"',
            "('%n', '%s')",
            "b'%n': b'%s'",
            '%n=%s',
            '%n:%s',
            '{\\"%n\\": \\"%s\\"}',
        ):
            value = make.some(HEX, 32)
            yield shape.replace('%n', name).replace('%s', value), value
    for scheme in ('Bearer', 'Basic', 'Negotiate', 'Token', 'NTLM', 'bearer'):
        for shape in (
            'Authorization: %n %s',
            "'Authorization': '%n %s'",
            '-H "Authorization: %n %s"',
            'got "%n %s" there',
            '"authorization":"%n %s"',
            "['Authorization'] = '%n %s'",
            'Proxy-Authorization: %n %s',
        ):
            value = make.base64(18)
            yield shape.replace('%n', scheme).replace('%s', value), value
    value = make.some(HEX, 32)
    yield f'Authorization: Digest username="a", response="{value}"', value
    value = make.some(HEX, 64)
    yield (
        ('Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=' + value),
        value,
    )
    for name in ('Cookie', 'Set-Cookie', 'cookie'):
        for shape in (
            '%n: a=b; sid=%s; Path=/',
            "'%n': 'sid=%s; a=b'",
            '-H "%n: sid=%s"',
            '"%n": "a=b; sid=%s"',
        ):
            value = make.some(WORD, 24)
            yield shape.replace('%n', name).replace('%s', value), value


def urls(make: Maker) -> Iterator[tuple[str, str]]:
    for scheme in (
        'rabbit',
        'mysql+pymysql',
        'postgresql',
        'http',
        'https',
        'redis',
        'amqp',
        'ftp',
        'ldap',
        'mongodb',
        'smb',
        'qemu+ssh',
        'git',
        'vnc',
    ):
        for text in (
            '%c://nova:%s@db.example.com:5672/nova',
            '%c://u:%s@h',
            "url '%c://:%s@10.0.0.1:80/0'",
            '%c://u:%s@[::1]:1/x',
            '%c://u:a/%s@host/x',
            '%c://u:a@%s@host/x',
            '%c://u:p@h1:1,u2:%s@h2:2/',
        ):
            value = make.password()
            yield text.replace('%c', scheme).replace('%s', value), value
    for name in (
        'token',
        'sig',
        'signature',
        'temp_url_sig',
        'auth',
        'X-Amz-Signature',
        'X-Amz-Credential',
        'access_token',
        'X-Amz-Security-Token',
        'X-Goog-Signature',
        'api_key',
        'AWSAccessKeyId',
        'Signature',
        'key',
        'code',
    ):
        for shape in (
            'http://h/x?%n=%s',
            'http://h/x?a=b&%n=%s&c=d',
            'http://h/?path=%3F%n%3D%s',
        ):
            value = make.some(HEX, 40)
            yield shape.replace('%n', name).replace('%s', value), value


def commands(make: Maker) -> Iterator[tuple[str, str]]:
    for shape in (
        'ipmitool -I lanplus -H 10.0.0.1 -U admin -P %s power on',
        "['ipmitool', '-I', 'lanplus', '-P', '%s', 'power']",
        "'ipmitool', '-U', 'a', '-P%s'",
        'sshpass -p %s ssh root@h',
        "sshpass -p '%s' ssh",
        'sshpass -p%s ssh',
        "['sshpass', '-p', '%s', 'ssh']",
        'curl -s -u admin:%s http://h/',
        "curl -u 'admin:%s' http://h",
        'curl --user a:%s http://h',
        "['curl', '-u', 'admin:%s']",
        'mysql -u root -p%s nova',
        "mysqldump -uroot -p'%s' nova",
        "['mysql', '-uroot', '-p%s']",
        'redis-cli -h h -a %s ping',
        'ldapsearch -D cn=a -w %s -b x',
        'ncftpput -u u -p %s h / f',
        'snmpwalk -v3 -u a -A %s host',
        'docker login -u a -p %s reg',
        'virsh secret-set-value 5d41402a-bc4b-2a76-b971-9d911017c592 %s',
        'openssl rsa -passin pass:%s',
        'curl --proxy-user a:%s http://h',
        'openstack --os-token %s server list',
        "--os-password '%s'",
        'keystone --os-auth-token=%s',
        'MYSQL_PWD=%s mysql -u a',
    ):
        value = make.password()
        yield shape.replace('%s', value), value


def pem(make: Maker) -> Iterator[tuple[str, str]]:
    for kind in ('RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', '', 'DSA '):
        body = make.base64(900)
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        begin = '-----BEGIN ' + kind + 'PRIVATE KEY-----'
        end = '-----END ' + kind + 'PRIVATE KEY-----'
        whole = '\n'.join([begin, *lines, end])
        for text in (
            whole,
            whole.replace('\n', '\\n'),
            repr(whole),
            json.dumps(json.dumps(whole)),
            whole.replace('\n', ' '),
            whole.replace('\n', '\n      '),
            '\n'.join([begin, *lines[:9]]),
            '\n'.join([begin, *lines[:9], lines[9][:13]]),
            '\n'.join([*lines[5:], end]),
            begin + '\n' + lines[0] + '\n' + lines[1][:30],
            'x ' + '\n'.join([lines[4][20:], *lines[5:], end]),
        ):
            for line in (*lines, lines[9][:13]):
                if line in text:
                    yield text, line


def vendor(make: Maker) -> Iterator[tuple[str, str]]:
    some = make.some
    values = [
        'AK' + 'IA' + some(UPPER, 16),
        'AS' + 'IA' + some(UPPER, 16),
        'gh' + 'p_' + some(WORD, 36),
        'gh' + 's_' + some(WORD, 36),
        'github' + '_pat_' + some(WORD, 82),
        'gl' + 'pat-' + some(URLSAFE, 20),
        'xo' + 'xb-' + some(string.digits, 12) + '-' + some(WORD, 24),
        'sk' + '_live_' + some(WORD, 24),
        'rk' + '_test_' + some(WORD, 24),
        'AI' + 'za' + some(URLSAFE, 35),
        'np' + 'm_' + some(WORD, 36),
        'py' + 'pi-AgEIcHlwaS5vcmc' + some(URLSAFE, 60),
        'S' + 'G.' + some(URLSAFE, 22) + '.' + some(URLSAFE, 43),
        'hv' + 's.' + some(URLSAFE, 24),
        'hv' + 'b.' + some(URLSAFE, 90),
        'AGE-SECRET' + '-KEY-1' + some(UPPER, 58),
        'h' + 'f_' + some(WORD, 34),
        'sk' + '-' + some(WORD, 48),
        'sk' + '-proj-' + some(URLSAFE, 60) + '7',
        'dop' + '_v1_' + some(HEX, 64),
        'SK' + some(HEX, 32),
        'ey'
        + 'J'
        + some(URLSAFE, 30)
        + '.ey'
        + 'J'
        + some(URLSAFE, 60)
        + '.'
        + some(URLSAFE, 43),
        'gA' + 'AAAAB' + some(URLSAFE, 170) + '==',
        'A' + 'Q' + some(WORD, 36) + '==',
        make.base64(300),
    ]
    for prefix in (
        '$1$',
        '$2b$12$',
        '$5$',
        '$6$rounds=5000$',
        '$y$j9T$',
        '$argon2id$v=19$m=65536,t=3,p=4$',
        '$apr1$',
    ):
        values.append(prefix + some(WORD, 8) + '$' + some(WORD, 43))
    for value in values:
        for shape in (
            '%s',
            'failed with %s',
            "x('%s')",
            'x="%s", y=1',
            '<%s>',
            'a/%s',
            'got:%s',
            '[%s]',
            'ü%s',
            '\n  %s\n',
        ):
            yield shape.replace('%s', value), value


def others(make: Maker) -> Iterator[tuple[str, str]]:
    for shape in (
        '<password>%s</password>',
        '<adminPass>%s</adminPass>',
        '<ns:token type="a">%s</ns:token>',
        '<secret>\n  %s\n</secret>',
        "<graphics type='vnc' port='-1' passwd='%s' keymap='en-us'/>",
        '<user_password encoding="x">%s</user_password>',
        "[SQL: INSERT INTO t (a, b) VALUES (?)] [parameters: ('a', '%s')]",
        "[parameters: [('a', '%s'), ('c', 'd')]]",
        "[parameters: {'id_1': 4, 'password_1': '%s'}]",
        '{"auths": {"reg": {"auth": "%s"}}}',
        "{'credentials': {'blob': '%s'}}",
        "credentials: ['a', '%s']",
        'chpasswd:\n  list: |\n    root:%s\n    bob:x\n  expire: False',
        'users:\n - name: a\n   passwd: %s\n',
        "'passwords': ['%s', 'b']",
        'AccountName=a;AccountKey=%s;EndpointSuffix=core',
        'SharedAccessSignature=sr=a&sig=%s',
        'https://b/c?sv=1&sig=%s',
        "{'auth_method': 'CHAP', 'auth_username': 'a', 'auth_password': '%s'}",
        'node.session.auth.password = %s',
        'incominguser a %s password=%s',
        '[client.cinder]\n\tkey = AQ%s==\n',
        "'auth': {'password': '%s'}",
        "Parameter adminPass='%s' is wrong",
        '{"password" : "%s"}',
        'password:%s@',
        "password=u'%s'",
        'ValueError: password=%s',
        'Command: sudo x password=%s\nExit code: 1',
        'passwd[%s]: ok? pass=%s',
        "'identity': {'methods': ['password'], 'password': {'user': "
        "{'name': 'a', 'password': '%s'}}}",
        'OS_TOKEN=%s openstack x',
        'client_secret=%s&grant_type=x',
        'pass\u200bword=%s',
        'pass\x00word=%s',
        '\x1b[1mpassword\x1b[0m=%s',
        'PASSWORD=%s',
    ):
        value = make.some(WORD, 36)
        if 'passwd[' not in shape and 'incoming' not in shape:
            yield shape.replace('%s', value).replace('%%', '%'), value
    value = make.base64(30)
    yield f'aws_secret_access_key = {value}', value
    yield f"'aws_secret_access_key': '{value}'", value
    yield f'aws key {value} used', value
    long = make.base64(300)
    lines = [long[at : at + 76] for at in range(0, len(long), 76)]
    for line in lines[:-1]:
        yield 'x\n' + '\n'.join(lines), line


def everything(seed: int) -> Iterator[tuple[str, str]]:
    make = Maker(seed)
    for family in (
        keyed,
        hard_values,
        headers,
        urls,
        commands,
        pem,
        vendor,
        others,
    ):
        yield from family(make)
