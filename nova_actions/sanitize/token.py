# SPDX-License-Identifier: Apache-2.0
"""F8 to F12: what is a secret by its form, whatever stands around it."""

from nova_actions.sanitize.family import START
from nova_actions.sanitize.family import family

# A token that was broken into lines goes on on the next.
_WRAP = (r'(?>(?:\s{0,4}+\n\s{0,16}+(?=[^\s]{0,40}[0-9])'
         r'[A-Za-z0-9_.=-]{20,}+)*)')

FAMILIES = (
    family('F8', 'eyj', (
        START + r'(?P<v>eyJ[A-Za-z0-9_-]{8,}+'
        r'(?>(?:\.[A-Za-z0-9_-]*+){1,4})' + _WRAP + ')'), flags=0),
    family('F8', 'eyj', (
        START + r'(?P<v>eyJ[A-Za-z0-9+/_-]{24,}+={0,2}+)'),
        flags=0),
    family('F9', 'gaaaa', (
        START + r'(?P<v>gAAAA[A-Za-z0-9_-]{12,}+(?>(?:=|%3D){0,2})'
        + _WRAP + ')'), flags=0),
    family('F10', (
        'akia asia abia acca gho_ ghp_ ghu_ ghs_ ghr_ github_pat_ gl xox xapp '
        'hv aiza ya29 sk_ rk_ pk_ whsec_ pypi- npm_ sg. age-secret hf_ sk- do'
        ' sk sharedaccess accountkey ac dapi shp key- lin_ ntn_ dckr_ r8_ '
        'gsk_ nvapi- atatt pat hooks.slack eaac gocspx s. b. r. api_org_'
        ' atlasv1 tskey-'), (
        r'(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2}))(?P<v>(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,20}+'
        r'|gh[opusr]_[A-Za-z0-9]{20,255}+|github_pat_\w{20,255}+'
        r'|gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent|oas|ffct)-'
        r'[\w.-]{16,255}+'
        r'|xox[abeoprs]-[A-Za-z0-9-]{8,255}+|xapp-[A-Za-z0-9-]{8,255}+'
        r'|hv[sbr]\.[\w-]{16,512}+|[sbr]\.[A-Za-z0-9]{24}(?![\w-])'
        r'|AIza[\w-]{30,40}+|ya29\.[\w-]{16,512}+|GOCSPX-[\w-]{20,40}+'
        r'|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,255}+'
        r'|whsec_[A-Za-z0-9+/=]{16,255}+|pypi-[\w-]{16,512}+'
        r'|npm_[A-Za-z0-9]{20,255}+|SG\.[\w-]{10,64}+\.[\w-]{10,128}+'
        r'|AGE-SECRET-KEY-1[A-Z0-9]{20,80}+|hf_[A-Za-z0-9]{20,64}+'
        r'|api_org_[A-Za-z0-9]{20,64}+'
        r'|sk-(?:[a-z]{2,10}-){0,2}(?=[\w-]{0,40}[0-9A-Z])[\w-]{20,255}+'
        r'|do[oprt]_v1_[a-f0-9]{32,128}+|dapi[a-f0-9]{32}(?:-[0-9])?'
        r'|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|key-[0-9a-f]{32}'
        r'|SK[0-9a-f]{32}|AC[0-9a-f]{32}|lin_api_[A-Za-z0-9]{30,60}+'
        r'|dckr_pat_[\w-]{20,64}+|r8_[A-Za-z0-9]{30,64}+|gsk_\w{30,80}+'
        r'|EAAC[A-Za-z0-9]{30,300}+'
        r'|(?<=hooks\.slack\.com/services/)T\w{6,16}+/B\w{6,16}+/\w{16,40}+'
        r'|nvapi-[\w-]{30,100}+|ATATT3[\w=-]{20,255}+|ntn_\w{20,80}+'
        r'|tskey-[\w-]{20,100}+|(?:[A-Za-z0-9]{14}\.)?atlasv1\.[\w-]{40,100}+)'),
        flags=0),
    family('F10', 'accountkey sharedaccess', (
        r'(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s{0,2}+=\s{0,2}+'
        r'(?P<v>[^\s;\'"]++)')),
    family('F10', 'aws amazon', (
        r'(?<![A-Za-z0-9])(?:aws|amazon)[^\n]{0,60}?[\s\'":=]'
        r'(?P<v>(?=[A-Za-z+/]{0,40}[0-9])(?=[A-Z0-9+/]{0,40}[a-z])'
        r'(?=[a-z0-9+/]{0,40}[A-Z])[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])')),
    family('F11', 'aq', (
        r'(?<![A-Za-z0-9+])(?P<v>AQ[A-Za-z0-9+/]{30,40}+={1,2}+)'), flags=0),
    family('F12', '*', r'(?<![\w*])(?P<v>\*[0-9A-F]{40})(?!\w)', flags=0),
    family('F12', '$', (
        r'(?P<v>\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|sha1|md5|argon2(?:id|i|d)'
        r'|scrypt|pbkdf2-sha\d{1,3}|pbkdf2)\$[A-Za-z0-9./$=,+_-]{8,512}+)'),
        flags=0),
    family('F12', '{ssha {sha {md5 {crypt scrypt:', (
        r'(?P<v>\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512)\}'
        r'[A-Za-z0-9+/=./$]{8,256}+)')),
)
