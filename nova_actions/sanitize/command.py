# SPDX-License-Identifier: Apache-2.0
"""F6: arguments of commands, in a line of shell or a list of words."""

from nova_actions.sanitize.family import MAYBE_QUOTE
from nova_actions.sanitize.family import QUOTE
from nova_actions.sanitize.family import Family
from nova_actions.sanitize.family import family

# Between two words: 'a', 'b' or "a b" or a b.
_GAP = r'[\s\'",=\\]{1,24}+'
_MAYBE = r'[\s\'",=u\\]{0,24}+'
# What was masked already does not hide the next one.
_VALUE = r'(?!\[REDACTED)(?P<v>(?>(?:[^\s\'",]|,(?=[^\s\'",\\]))+))'


def _flag(guards: str, programs: str, flag: str, gap: str = _GAP) -> Family:
    """The argument of a flag of some programs; a flag's case tells."""
    return family('F6', guards, (
        rf'(?<![\w-])(?:{programs}){MAYBE_QUOTE}[^\n|;]{{0,160}}?[\s\'"]'
        rf'(?-i:{flag}){gap}{_VALUE}'))


FAMILIES = (
    _flag('iscsiadm', 'iscsiadm', r'(?:--?\w{1,8}[=\s\'",\\]{1,24}+)?'
          r'[\w.]{1,60}auth\.password(?:_in)?' + _GAP + '(?:-v|--value)'),
    _flag('ipmitool', 'ipmitool', '-P', _MAYBE),
    _flag('ipmi sshpass racadm hponcfg',
          r'ipmi(?!tool)-?\w{0,20}|sshpass|racadm|hponcfg', '-[Pp]', _MAYBE),
    _flag('rabbitmqadmin', 'rabbitmqadmin', '-p'),
    _flag('ncftp', r'ncftp\w{0,8}+', '-p'),
    _flag('docker podman mongo', (
        r'(?:docker|podman)[\s\'",\\]{1,8}+login|mongo(?:sh|dump|restore)?'
        ), '-p'),
    _flag('useradd usermod', 'useradd|usermod', '-p'),
    _flag('mysql mariadb 7z', r'(?:mysql|mariadb)\w{0,12}|7za?', '-p',
          r'\\{0,15}+[\'"]?'),
    _flag('zip sqlcmd bcp', 'zip|unzip|sqlcmd|bcp', '-P'),
    _flag('login store', (
        r'az[\s\'",\\]{1,8}+login|secret[\s\'",\\]{1,8}+store'
        ), '-p|--payload'),
    _flag('ssh-keygen', 'ssh-keygen', '-[NP]'),
    _flag('ldap', r'ldap\w{2,10}+', '-w', _MAYBE),
    _flag('redis-cli', 'redis-cli', '-a'),
    _flag('snmp', r'snmp\w{2,10}+', '-[AXc]'),
    _flag('openssl', 'openssl', '-[kK]'),
    _flag('swift', 'swift', '-K'),
    _flag('keytool', 'keytool', '-(?:store|key)pass'),
    _flag('ceph rbd rados', 'ceph|rbd|rados', '--key'),
    family('F6', 'curl wget govc --proxy-user', (
        r'(?:curl|wget|http|govc)' + MAYBE_QUOTE + r'[^\n|]{0,160}?[\s\'"]'
        r'(?:-[a-z]{0,6}u|--user|--proxy-user)' + _MAYBE
        + r'[^\s\'":]{0,100}+' + MAYBE_QUOTE + ':' + MAYBE_QUOTE
        + r'(?!\[REDACTED)(?P<v>[^\s\'"]++)')),
    family('F6', 'smbclient winexe ads xfreerdp', (
        r'(?:(?:smbclient|winexe|net\sads)[^\n|;]{0,160}?%'
        r'|xfreerdp[^\n]{0,160}?/p:)' + _VALUE)),
    family('F6', 'set-user-password rootpw', (
        r'(?:set-user-password' + _GAP + r'[\w.-]{1,64}+' + _GAP
        + r'[\w.-]{1,64}+' + _GAP
        + r'|rootpw\s{1,4}+(?>--\w{1,16}+\s{1,4}+|))(?![-=:])' + _VALUE)),
    family('F6', 'secret-set-value', (
        r'secret-set-value' + _GAP + r'(?>--secret' + _GAP + r'|)'
        r'(?:[0-9a-f-]{36}|\$\w{1,32}+)' + _GAP
        + r'(?>--base64' + _GAP + r'|)'
        r'(?P<v>[A-Za-z0-9+/=]++)')),
    family('F6', 'rabbitmqctl htpasswd vault', (
        r'(?:rabbitmqctl[^\n|;]{0,60}?(?:add_user|change_password)' + _GAP
        + r'[^\s\'",]{1,64}+|htpasswd' + _GAP + r'-(?:\w{0,4}n\w{0,4}b'
        r'|\w{0,4}b\w{0,4}n)\w{0,4}' + _GAP + r'[^\s\'",]{1,64}+|htpasswd'
        + _GAP + r'-\w{0,4}b\w{0,4}' + _GAP + r'[^\s\'",]{1,255}+' + _GAP
        + r'[^\s\'",]{1,64}+|vault' + _GAP + 'login)' + _GAP
        + r'(?!-)' + _VALUE)),
    # What is given to a program that reads a password.
    family('F6', 'echo printf', (
        r'(?:echo|printf)\s{1,4}+(?>-\w{1,3}\s{1,4}+|' + QUOTE
        + r'%s(?>\\{1,15}+n|)' + QUOTE + r'\s{1,4}+|)' + MAYBE_QUOTE
        + r'(?>[\w.-]{1,64}+:|)(?P<v>[^\s"\'|\\]{1,256}+)' + MAYBE_QUOTE
        + r'\s{0,4}+\|\s{0,4}+(?>sudo\s{1,4}+|)(?:[\w/]{0,40}/)?'
        r'(?:-S|chpasswd|passwd|cryptsetup|kinit|docker|podman)')),
    family('F6', '<<<', (
        r'(?:sudo|chpasswd|passwd|cryptsetup|kinit|docker|podman)'
        r'[^\n|;<]{0,160}<<<\s{0,4}+' + MAYBE_QUOTE
        + r'(?P<v>[^\s"\'|\\]++)')),
    # QEMU's objects, and the key in an image's name.
    family('F6', 'secret', (
        r'(?:object' + _GAP + r'|qom-type[\s\'":\\]{1,16}+)secret(?![\w-])'
        r'[^\n]{0,160}?(?<![\w-])data' + MAYBE_QUOTE + r'\s{0,4}+[:=]\s{0,4}+'
        + MAYBE_QUOTE + r'(?P<v>[^\s\'",}\\]++)')),
    family('F6', 'rbd:', (
        r'rbd:[^\s]{1,160}?:key=(?!\[REDACTED)(?P<v>[^\s:,\'"]++)')),
)
