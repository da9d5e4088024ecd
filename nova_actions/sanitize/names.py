# SPDX-License-Identifier: Apache-2.0
"""What a secret is called: words and parts of names, in many languages.

English parts are those of oslo.utils (``strutils._SANITIZE_KEYS``), of
sentry-sdk's ``EventScrubber``, of detect-secrets' keyword plugin and of the
projects of OpenStack; those of other languages are what their desktops ask
for (translations of GNOME Keyring, KWallet and sudo).
"""

import re

from nova_actions.sanitize.index import look_for

#: In a name, whatever stands around it there.
ENGLISH = (
    r'passw(?:or)?d',
    r'passw(?![a-z])',
    'passphrase',
    'passcode',
    'pswd',
    'pwd',
    'secret',
    'token',
    'credential',
    'cookie',
    'keyring',
    'authorization',
    r'user[_-]?data',
    r'config_?drive',
    'sessionid',
    'sessid',
    'authtok',
    r'connection[_ -]?string',
    r'(?:api|access|private|auth|sec|ssl|encrypt(?:ion|ed)?|fernet|shared'
    r'|account|master|signing|hmac|admin|client|session|storage|deploy|license'
    r'|store|heartbeat|kek|rgw|(?<![a-z])mon(?=[ _-])|cephmon'
    r'|mds|ssh|swift|s3|recovery|unlock|priv|fixed|luks'
    r'|dhchap|backup|service|signature|temp[_-]?url|webhook|object'
    r'|crypto|cipher|symmetric|chap|volume|root|vault|unseal|wrapping|bearer'
    r'|cephx?|minio|aws|azure|gcp|openai|stripe|twilio|sendgrid|mailgun'
    r'|datadog|consul|rabbit|redis|rndc|tsig|dkim|unlock|disk|gpg|pgp|tls'
    r'|ipsec|wpa|radius|tacacs|snmp|bgp|md5|sha1|sha256|hex_kg|kg|wep'
    r'|consumer|activation|registration|subscription|tls|preshared|pre[_-]shared'
    r'|transport|gossip|certificate|enrol(?:l?ment)?|product)[ _-]?key(?!id)',
    r'key[_-]data',
    r'(?:admin|user|db|root|bind|auth|priv|my|new|old|chap|bmc|ipmi|sys'
    r'|ssh|store|key|vnc|smtp|ftp|sudo|become|su|sasl|ldap|mail)'
    r'[_-]?(?:pass|pw)(?![a-z])',
    r'(?<![a-z])(?:pass|pw|[th]?otp|psk|kek|creds?|pin[_-]?code)(?![a-z])',
    r'(?:soap_session|session[_-]?ticket|clone[_-]?ticket)',
    r'private-mac',
    r'key[ _-]?material',
    r'(?:saml)?signature_?value',
    r'snmp[ _-]community',
    r'community[ _-]?string',
    r'webhook[_-]?url(?!s)',
    r'unseal[_-]?key',
    r'instance[_-]id[_-]signature'
    r'|url-signature|temp_url_sig',
)
#: The same; it has to be the whole word, or is one within a name.
OTHERS = {
    'Arabic': ('كلمة المرور', 'كلمة السر', 'كلمة مرور'),
    'Bulgarian, Russian, Ukrainian': (
        'пароль',
        'пароля',
        'парола',
        'секрет',
        'токен',
        'ключ доступа',
        'парольная фраза',
        'гасло',
        'кодовое слово',
        'секретный ключ',
    ),
    'Chinese': (
        '密码',
        '密碼',
        '口令',
        '密钥',
        '密鑰',
        '秘钥',
        '令牌',
        '通行码',
        '通行證',
        '私钥',
    ),
    'Czech, Slovak': ('heslo', 'heslem'),
    'Danish': ('adgangskode', 'kodeord'),
    'Dutch': ('wachtwoord', 'geheim'),
    'Finnish': ('salasana', 'salasanasi'),
    'French': (
        'mot de passe',
        'mot-de-passe',
        'motdepasse',
        'mot_de_passe',
        'mdp',
        'phrase secrète',
        'phrase de passe',
        'jeton',
        "clé d'accès",
        'clé secrète',
        'clé privée',
        "clé d'api",
    ),
    'German': (
        'kennwort',
        'passwort',
        'geheimnis',
        'geheimer schlüssel',
        'zugangsschlüssel',
        'zugriffsschlüssel',
        'losung',
        'api-schlüssel',
        'zugangscode',
    ),
    'Greek': ('κωδικός', 'συνθηματικό'),
    'Hebrew': ('סיסמה', 'סיסמא'),
    'Hindi': ('पासवर्ड',),
    'Hungarian': ('jelszó', 'jelszo'),
    'Indonesian, Malay': ('kata sandi', 'kata laluan'),
    'Italian': (
        "parola d'ordine",
        'parola chiave',
        'chiave segreta',
        'chiave di accesso',
        'frase segreta',
        'segreto',
    ),
    'Japanese': (
        'パスワード',
        '暗証番号',
        '合言葉',
        '秘密鍵',
        'トークン',
        'パスフレーズ',
        'シークレット',
        '暗号鍵',
        'アクセスキー',
    ),
    'Korean': ('비밀번호', '암호', '패스워드', '토큰', '비밀키', '비밀 키'),
    'Norwegian, Swedish': ('passord', 'lösenord', 'losenord'),
    'Persian': ('رمز عبور', 'گذرواژه'),
    'Polish': (
        'hasło',
        'hasłem',
        'hasła',
        'haslo',
        'sekret',
        'klucz dostępu',
        'tajny klucz',
    ),
    'Portuguese': (
        'senha',
        'palavra-passe',
        'palavra passe',
        'segredo',
        'chave secreta',
        'chave de acesso',
        'frase secreta',
    ),
    'Romanian': ('parola', 'parolă'),
    'Spanish': (
        'contraseña',
        'contrasena',
        'contraseñas',
        'clave',
        'clave secreta',
        'clave de acceso',
        'secreto',
        'frase de contraseña',
    ),
    'Thai': ('รหัสผ่าน',),
    'Turkish': ('şifre', 'şifresi', 'sifre', 'gizli anahtar'),
    'Vietnamese': ('mật khẩu', 'mat khau'),
}

_FOREIGN = sorted(
    {each for words in OTHERS.values() for each in words},
    key=lambda each: (-len(each), each),
)

#: A name that is a secret's.
NAME = re.compile(
    '(?:' + '|'.join(ENGLISH) + ')'
    r'|(?-i:(?<=[a-z])(?:Pass|Pw)(?![a-z]))|^auth$',
    re.IGNORECASE,
)
#: One that may be a secret's: what stands behind it is one if it looks so.
WEAK = re.compile(
    r'key|session|ticket|pass|cred|(?<![a-z])(?:pw|sid|jwt|auth)(?![a-z])',
    re.IGNORECASE,
)
# What is looked up or counted by, or meant for everybody.
NO_SECRET = re.compile(
    r'(?:public|primary|foreign|partition|cache|sort|host|lookup'
    r'|idempotency|group|row|shard|index|lock|dedup|message|search|hash|file'
    r'|image|item|map|pub|redis|memcached?|s3|object)[ _.-]?key'
    r'|key(?:word|stone|pair|board)',
    re.IGNORECASE,
)
#: One of another language.
FOREIGN = re.compile(
    '|'.join(
        rf'(?<![a-z]){re.escape(each)}(?![a-z])'
        if each.isascii()
        else re.escape(each)
        for each in _FOREIGN
    ),
    re.IGNORECASE,
)
# Where the latter hold a part of these, they are found by it.
_PARTS = (
    'pass',
    'psw',
    'pw',
    'secret',
    'token',
    'cred',
    'cookie',
    'key',
    'auth',
    'otp',
    'psk',
    'session',
    'connection',
    'user_data',
    'user-data',
    'userdata',
    'config_drive',
    'configdrive',
    'kek',
    'community',
    'process_input',
    'webhook',
    'signature',
    'temp_url',
    'pin_code',
    'pin-code',
    'pincode',
    'ticket',
    'private-mac',
    'sid',
    'jwt',
    'sessid',
)
#: Each name holds one of these; found in lower-cased text they take a tenth
#: of the time that the names take.
STEMS = (
    *_PARTS,
    *(
        each
        for each in _FOREIGN
        if each.isascii()
        and not (each.isalpha() and any(part in each for part in _PARTS))
    ),
)
ALL_STEMS = (*STEMS, *(each for each in _FOREIGN if not each.isascii()))
look_for(ALL_STEMS)
