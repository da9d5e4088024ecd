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
    'macaroon',
    r'mnemonic[ _-]?(?:phrase|seed)',
    r'jenkins-crumb|\.crumb(?![a-z])',
    r'pass[_-]?hash',
    r'(?:[th]?otp|mfa|2fa|wallet|recovery)[ _-]?seed|seed[ _-]phrase',
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
    r'|transport|gossip|certificate|enrol(?:l?ment)?|product)'
    r'[ _-]?key(?!id|-file)',
    r'key[_-]data',
    r'(?:admin|user|db|root|bind|auth|priv|my|new|old|chap|bmc|ipmi|sys'
    r'|ssh|store|key|vnc|smtp|ftp|sudo|become|su|sasl|ldap|mail)'
    r'[_-]?(?:pass|pw)(?![a-z])',
    r'(?<![a-z])(?:pass|pw|[th]?otp|psk|kek|creds?|pin[_-]?code)(?![a-z])',
    r'(?:soap_session|session[_-]?ticket|clone[_-]?ticket)',
    r'private-mac',
    r'key[ _-]?material',
    r'(?:saml)?signature_?value',
    r'snmp[ _-]?community',
    r'community[ _-]?string',
    r'webhook[_-]?url(?!s)',
    r'unseal[_-]?key',
    r'instance[_-]id[_-]signature'
    r'|url-signature|temp_url_sig',
)
#: The same; it has to be the whole word, or is one within a name.
OTHERS = {
    'Albanian': (
        'fjalëkalimi',
        'fjalëkalim',
    ),
    'Armenian': ('գաղտնաբառ',),
    'Basque': (
        'pasahitza',
        'pasahitz',
    ),
    'Bengali': ('পাসওয়ার্ড',),
    'Catalan, Galician': (
        'contrasenya',
        'contrasinal',
    ),
    'Croatian, Serbian, Slovene, Macedonian': (
        'lozinka',
        'zaporka',
        'lozinku',
        'лозинка',
        'geslo',
    ),
    'Estonian, Latvian, Lithuanian': (
        'parool',
        'salasõna',
        'parole',
        'slaptažodis',
    ),
    'Georgian': ('პაროლი',),
    'Icelandic': (
        'lykilorð',
        'aðgangsorð',
    ),
    'Tamil': ('கடவுச்சொல்',),
    'Urdu': ('پاس ورڈ',),
    'Arabic': (
        'كلمة المرور',
        'كلمة السر',
        'كلمة مرور',
        'كلمة سر',
        'الرقم السري',
        'رمز الدخول',
        'المفتاح السري',
    ),
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
        'ключ доступу',
        'секретний ключ',
        'закрытый ключ',
        'приватный ключ',
        'код доступа',
        'ключ api',
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
        '授权码',
        '暗号',
        '私鑰',
    ),
    'Czech, Slovak': (
        'heslo',
        'heslem',
        'přístupový kód',
        'soukromý klíč',
        'tajný klíč',
        'prístupový kód',
    ),
    'Danish': (
        'adgangskode',
        'kodeord',
        'adgangsord',
        'hemmelig nøgle',
    ),
    'Dutch': (
        'wachtwoord',
        'geheim',
        'toegangscode',
        'toegangssleutel',
        'wachtzin',
        'geheime sleutel',
    ),
    'Finnish': (
        'salasana',
        'salasanasi',
        'tunnussana',
        'salalause',
        'salainen avain',
    ),
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
        'code secret',
        "code d'accès",
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
        'geheimwort',
        'privater schlüssel',
        'losungswort',
    ),
    'Greek': ('κωδικός', 'συνθηματικό'),
    'Hebrew': (
        'סיסמה',
        'סיסמא',
        'ססמה',
        'קוד גישה',
    ),
    'Hindi': ('पासवर्ड',),
    'Hungarian': (
        'jelszó',
        'jelszo',
        'jelmondat',
        'titkos kulcs',
        'hozzáférési kulcs',
    ),
    'Indonesian, Malay': ('kata sandi', 'kata laluan'),
    'Italian': (
        "parola d'ordine",
        'parola chiave',
        'chiave segreta',
        'chiave di accesso',
        'frase segreta',
        'segreto',
        'codice segreto',
        'codice di accesso',
        'chiave privata',
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
        'アクセスコード',
        '認証キー',
        'apiキー',
        '秘密のキー',
    ),
    'Korean': (
        '비밀번호',
        '암호',
        '패스워드',
        '토큰',
        '비밀키',
        '비밀 키',
        '비번',
        '액세스 키',
        '개인 키',
        '인증 키',
        '접근 키',
        'api 키',
    ),
    'Norwegian, Swedish': (
        'passord',
        'lösenord',
        'losenord',
        'lösenfras',
        'hemlig nyckel',
        'åtkomstkod',
        'tilgangskode',
    ),
    'Persian': ('رمز عبور', 'گذرواژه'),
    'Polish': (
        'hasło',
        'hasłem',
        'hasła',
        'haslo',
        'sekret',
        'klucz dostępu',
        'tajny klucz',
        'klucz prywatny',
        'klucz tajny',
        'kod dostępu',
        'klucz api',
    ),
    'Portuguese': (
        'senha',
        'palavra-passe',
        'palavra passe',
        'segredo',
        'chave secreta',
        'chave de acesso',
        'frase secreta',
        'código de acesso',
        'chave privada',
        'chave de api',
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
        'código de acceso',
        'llave privada',
        'llave secreta',
    ),
    'Thai': ('รหัสผ่าน',),
    'Turkish': (
        'şifre',
        'şifresi',
        'sifre',
        'gizli anahtar',
        'erişim anahtar\u0131',
        'erişim kodu',
        'api anahtar\u0131',
    ),
    'Vietnamese': (
        'mật khẩu',
        'mat khau',
        'khóa bí mật',
        'mã truy cập',
        'khóa truy cập',
    ),
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
    r'key|session|ticket|pass|cred|(?<![a-z])(?:pw|sid|jwt|auth|crumb)(?![a-z])',
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
    'macaroon',
    'mnemonic',
    'crumb',
    'seed',
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
