# SPDX-License-Identifier: Apache-2.0
"""F6: arguments of commands, in a line of shell or a list of words."""

import re
from collections.abc import Iterator

from nova_actions.sanitize import tables
from nova_actions.sanitize import words
from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import Family
from nova_actions.sanitize.family import Group
from nova_actions.sanitize.family import family
from nova_actions.sanitize.index import Index
from nova_actions.sanitize.text import Span

# Between two words: 'a', 'b' or "a b" or a b.
_GAP = r'[\s\'",=]{1,24}+'
_MAYBE = r'[\s\'",=u]{0,24}+'
_GAPS = {'gap': _GAP, 'maybe': _MAYBE, 'none': r'[\'"]?'}
# What was masked already does not hide the next one.
_VALUE = r'(?!\x00|\\[nrt]|--[a-z])(?P<v>(?>(?:[^\s\'",]|,(?=[^\s\'",]))+))'
# What is given to a program: it or the whole of a command by its name.
_NAMED = r'(?<![\w-])(?:%s)' + MAYBE_QUOTE


def _is_given(value: str) -> bool:
    """Tell it from what stands for it in a text of help."""
    return value[0] != '[' and not words.is_placeholder(value)


def _flag(row: list[str]) -> Family:
    """The argument of a flag of some programs; a flag's case tells. It is
    not looked for over a sign that is escaped, but where that is read."""
    guards, program, flag, gap = row
    return family(
        'F6',
        guards.replace(',', ' '),
        (
            _NAMED % program + r'[^\n|;\x1c]{0,128}?[\s\'"]'
            rf'(?-i:{flag}){_GAPS[gap]}{_VALUE}'
        ),
        _is_given,
    )


_NO_PASSWORD = re.compile(
    r'[0-9]{1,5}(?:[:/,-].*)?|[0-9.]+:[0-9]+(?::.*)?|[/.~$-].*|[0-9]{6,7}'
)


def _is_password(value: str) -> bool:
    """Tell it from a port, a path, a process and an option."""
    return not _NO_PASSWORD.fullmatch(value)


_USER = (
    r'(?<=[\s\'"])(?:-u|-U|-l|--user(?:name)?|--login)'
    + _GAP
    + r'(?![-/])[^\s\'",;|]{1,64}+'
)
# A program whose -p is another: of ports, paths, processes.
_OTHER_P = re.findall(
    r'\S+',
    """
bash blkid chronyd chrt command cp cpio curl declare docker dpkg export file
gdb git hash install ionice ip6tables iptables iscsiadm journalctl kill
kpartx loginctl lsblk lsof machinectl make mariadb mariadb-dump mkdir
modprobe mysql mysqladmin mysqldump nc ncat nerdctl netcat netstat nmap
nsenter ovs-vsctl parted patch perf pg_dump pgrep pkill podman ps psql read
rmdir rsync scp sftp sgdisk sh socat ss ssh strace systemctl tar taskset tee
time top type xargs
""",
)
_OTHER = (
    r'(?:^|[\s|;&(\'"/])(?:' + '|'.join(_OTHER_P) + r')[\s\'"][^|;&\n]{0,300}$'
)

_DASH_P = (' -p', "'-p", '"-p')

_FLAGS = tuple(_flag(row) for row in tables.rows('programs'))
_OTHERS = (
    # -p beside a user's name, whatever the program is.
    family(
        'F6',
        _DASH_P,
        (
            _USER + r'[ \'",]{1,4}(?>(?:(?!-p[\s\'",])[^\s|;\'",]{1,64}+'
            r'[ \'",]{1,4}+){0,8})(?-i:-[pP])' + _GAP + _VALUE
        ),
        _is_password,
        unless=_OTHER,
    ),
    family(
        'F6',
        _DASH_P,
        (
            r'(?<=[\s\'"])(?-i:-[pP])' + _GAP + _VALUE + r'[ \'",]{1,4}'
            r'(?>(?:(?!-u[\s\'",]|--user)'
            r'[^\s|;\'",]{1,64}+[ \'",]{1,4}+){0,8})' + _USER
        ),
        _is_password,
        unless=_OTHER,
    ),
    # One of any program, if it can be nothing else.
    family(
        'F6',
        (*_DASH_P, ' -w', "'-w", '"-w'),
        (r'(?<=[\s\'"])(?-i:-(?:[pPwW]|pw))' + _GAP + _VALUE),
        lambda value: (
            _is_password(value)
            and (words.is_strong(value) or words.is_signed(value))
            and not re.fullmatch(r'[A-Z]?[a-z]+[0-9]+', value)
        ),
        unless=_OTHER,
    ),
    family(
        'F6',
        ('curl', 'wget', 'govc', '--proxy-user', 'http ', 'https '),
        (
            r'(?:curl|wget|(?<![\w/])https?(?=[\s\'",])|govc)'
            + MAYBE_QUOTE
            + r'[^\n|]{0,160}?[\s\'"]'
            r'(?:-[a-z]{0,6}u|--user|--proxy-user|-a|--auth)'
            + _MAYBE
            + r'[^\s\'":]{0,100}+'
            + MAYBE_QUOTE
            + ':'
            + MAYBE_QUOTE
            + r'(?!\x00)(?P<v>[^\s\'"]++)'
        ),
        lambda value: not words.is_code(value),
    ),
    # Any program, if it can be no user and group.
    family(
        'F6',
        (' -u ', "'-u'", '"-u"', '--user'),
        (
            r'(?<=[\s\'"])(?:-u|--user(?:name)?)'
            + _GAP
            + r'[A-Za-z][\w.@\\-]{0,63}+:(?P<v>[^\s:/@\'",;\x00]{4,128}+)'
        ),
        lambda value: words.is_drawn(value) or words.is_signed(value),
    ),
    family(
        'F6',
        'smbclient winexe ads xfreerdp rpcclient smbget',
        (
            r'(?:(?:smbclient|winexe|net\sads|rpcclient|smbget)[^\n|;]{0,160}?%'
            r'|[xw]freerdp[^\n]{0,160}?/p:)' + _VALUE
        ),
    ),
    family(
        'F6',
        'user= -u',
        (
            r'(?<![\w-])(?:user=|-U\s{0,4}+)[\w.\\/-]{1,64}+%(?![sdr0-9(])'
            + _VALUE
        ),
    ),
    family(
        'F6',
        'set-user-password rootpw',
        (
            r'(?:set-user-password'
            + _GAP
            + r'[\w.-]{1,64}+'
            + _GAP
            + r'[\w.-]{1,64}+'
            + _GAP
            + r'|rootpw\s{1,4}+(?>--\w{1,16}+\s{1,4}+|))(?![-=:])'
            + _VALUE
        ),
    ),
    family(
        'F6',
        'secret-set-value',
        (
            r'secret-set-value' + _GAP + r'(?>--secret' + _GAP + r'|)'
            r'(?:[0-9a-f-]{36}|\$\w{1,32}+)'
            + _GAP
            + r'(?>--(?:base64|file|interactive)'
            + _GAP
            + r'|)'
            r'(?P<v>[A-Za-z0-9+/=]++)'
        ),
    ),
    family(
        'F6',
        'rabbitmqctl htpasswd vault',
        (
            r'(?:rabbitmqctl[^\n|;]{0,60}?(?:add_user|change_password'
            r'|authenticate_user)'
            + _GAP
            + r'[^\s\'",]{1,64}+|htpasswd'
            + _GAP
            + r'-(?:\w{0,4}n\w{0,4}b'
            r'|\w{0,4}b\w{0,4}n)\w{0,4}'
            + _GAP
            + r'[^\s\'",]{1,64}+|htpasswd'
            + _GAP
            + r'-\w{0,4}b\w{0,4}'
            + _GAP
            + r'[^\s\'",]{1,255}+'
            + _GAP
            + r'[^\s\'",]{1,64}+|vault'
            + _GAP
            + r'(?:login|operator'
            + _GAP
            + r'(?:unseal|rekey)|(?:unwrap|token'
            + _GAP
            + r'(?:lookup|renew'
            r'|revoke))))' + _GAP + r'(?!-|[a-z-]{1,20}=)' + _VALUE
        ),
        _is_given,
    ),
    family(
        'F6',
        'vault',
        (
            r'(?<![\w-])(?:vault|bao)\s[^\n|;]{0,96}?\s(?:secret_id|token|value'
            r'|secret)=(?!@)' + _VALUE
        ),
    ),
    family(
        'F6',
        'wpa_passphrase',
        (
            r'(?<![\w-])wpa_passphrase'
            + _GAP
            + r'[^\s\'",]{1,64}+'
            + _GAP
            + _VALUE
        ),
    ),
    # Windows: the word behind the name of an account.
    family(
        'F6',
        ('net user', 'net.exe', "'user',", 'net1 user'),
        (
            r'(?<![\w-])net1?(?:\.exe)?'
            + _GAP
            + r'user'
            + _GAP
            + r'[^\s\'",/]{1,64}+'
            + _GAP
            + r'(?![/*])'
            + _VALUE
        ),
    ),
    family(
        'F6',
        'securestring',
        (
            r'ConvertTo-SecureString\s{1,4}+(?>(?:-(?:String|AsPlainText|Force)'
            r'\s{1,4}+){0,3})'
            r'(?:(?P<q>["\'])(?P<v>(?>(?:(?!(?P=q))[^\n]){1,256}))(?P=q))'
        ),
    ),
    family(
        'F6',
        'securestring',
        (
            r'ConvertTo-SecureString\s{1,4}+(?>(?:-(?:String|AsPlainText|Force)'
            r'\s{1,4}+){0,3})(?![-$"\'(:])(?P<v>[^\s\'")]++)'
        ),
    ),
    # What is given to a program that reads a password.
    family(
        'F6',
        'echo printf',
        (
            r'(?:echo|printf)\s{1,4}+(?>-\w{1,3}\s{1,4}+|'
            + MAYBE_QUOTE
            + r'%s(?>\\{1,15}+n|\n|)'
            + MAYBE_QUOTE
            + r'\s{1,4}+|)'
            + MAYBE_QUOTE
            + r'(?>[\w.-]{1,64}+:|)(?P<v>[^\s"\'|\\]{1,256}+)(?>\\n|\n|)'
            + MAYBE_QUOTE
            + r'\s{0,4}+\|\s{0,4}+(?>sudo\s{1,4}+|)(?:[\w/]{0,40}/)?'
            r'(?:-S|su |chpasswd|passwd|cryptsetup|kinit|docker|podman|helm'
            r'|saslpasswd2|smbpasswd|gpg|openssl|skopeo|buildah|clevis'
            r'|systemd-creds|kubeseal|faillock|htpasswd|vault|wpa_passphrase'
            r'|gcloud secrets|ldap\w{2,8}|nova-|keyctl|secret-tool|pass )'
        ),
    ),
    family(
        'F6',
        '<<< <(echo <(printf',
        (
            r'(?:<<<\s{0,4}+\$?["\']?|<\((?:echo|printf)\s{1,4}+'
            r'(?>-\w{1,3}\s{1,4}+|)["\']?)(?P<v>[^\s"\'|\\)]++)'
        ),
        words.may_be_password,
    ),
    family(
        'F6',
        '<<<',
        (
            r'(?:sudo|chpasswd|passwd|cryptsetup|kinit|docker|podman|smbpasswd)'
            r'[^\n|;<]{0,160}<<<\s{0,4}+'
            + MAYBE_QUOTE
            + r'(?P<v>[^\s"\'|\\]++)'
        ),
    ),
    # QEMU's objects, and the key in an image's name.
    family(
        'F6',
        'secret',
        (
            r'(?:object' + _GAP + r'|qom-type[\s\'":]{1,16}+|value=["\'])'
            r'secret(?![\w-])'
            r'[^\n]{0,160}?(?<![\w-])data'
            + MAYBE_QUOTE
            + r'\s{0,4}+[:=]\s{0,4}+'
            + MAYBE_QUOTE
            + r'(?P<v>[^\s\'",}]++)'
        ),
    ),
    family(
        'F6',
        ':key=',
        (r'(?:(?<=:)|(?<=\\:))key=(?!\x00)(?P<v>[^\s:,\'"\\]++)'),
        unless=r'options:key=\Z',
    ),
)
#: All that are patterns.
FAMILIES = (*_FLAGS, *_OTHERS)
_GROUP = Group(FAMILIES)


def spans(text: str, index: Index) -> Iterator[Span]:
    """Yield the arguments that are secrets."""
    for each in _GROUP.that_may_find(index):
        yield from each.spans(text, index)
