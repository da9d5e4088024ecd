# SPDX-License-Identifier: Apache-2.0
"""F1 and F6: a secret that stands behind its name.

A name is found by the part that tells it; the value is read by hand, since
where it ends depends on its quotes, and on the sentence or the code around.
"""

import re
from collections.abc import Iterator

from nova_actions.sanitize import naming
from nova_actions.sanitize import text as _text
from nova_actions.sanitize import words
from nova_actions.sanitize.index import Index

#: A value longer than this is masked up to here; F13 sees to long ones.
MAX_VALUE = 8192

_OPEN = re.compile(r'[uUbBrRfF]{0,2}+(?P<quote>"""(?!")|\'\'\'(?!\')|["\'])')
# What follows a literal that goes on in another one.
_NEXT = re.compile(r'[ \t]{0,4}+\n[ \t]{1,80}+(?=[uUbBrRfF]{0,2}+["\'])')
_BARE = re.compile(
    r'(?>(?:\x00++'
    r'|[^\s,;&()\[\]{}"\'<>\\\x01]++'
    r'|[,;&(\[{)\]}"\'](?=[^\s,;&)\]}"\'<>\\\x01])'
    r'(?![\w.-]{1,40}+=)'
    r'|>(?=\w)|\\(?![nrt])(?=\w)|<(?![/\w]))+)'
)
_BLOCK = re.compile(
    r'[|>][+-]?[ \t]{0,8}+'
    r'(?P<value>(?>(?:\n[ \t]{1,40}+[^\n\x01]{1,1024}+)+))'
)
_BLOCKS, _FLATS = ('|', '>'), ('[', '(', '{')
_FLAT = re.compile(
    r'[\[({](?P<value>(?>(?:[^\[\](){}"\'\\\x01]'
    r'|(?P<q>["\'])(?>(?:(?!(?P=q))[^\n\x01]){0,1024})(?P=q)){1,1024}))[\])}]'
)
# Signs that lead to a value in prose, and to other things in code.
_ARROWS = ('::', '->', '-->', '<-')
_DASHES = ('-', '\u2013', '\u2014', '[')
_ENDS = ('', *' \t\n,;:)]}')
_QUOTED = re.compile(r'["\']')
_ENTRIES = re.compile(r'["\']([\w-]{1,64}+)["\']\s{0,4}+:')
# A function that sets what is named by a string.
_SETTER = re.compile(r'(?:set|put|env)\w{0,20}+\([^()\n]{0,60}\Z')
# Keystone's ways to authenticate.
_METHODS = re.compile(r'methods["\']?:?[ ]{0,4}=?[ ]{0,4}[\[(]\Z')
# A value that is masked already.
_DONE = re.compile(
    r'(?P<q>["\']|)(?>(?i:basic|bearer|negotiate|ntlm|digest|apikey|token) |)'
    r'\x00++(?:(?(q)(?P=q)|[,;&)}\]\n\x1c])|\Z)'
)
_ARN = re.compile(r'(?:pkcs11|(?<!\w)arn:aws[\w:/.-]{0,120}):\Z')
# Ansible's lookups have the name of a plug-in first.
_LOOKUPS = re.compile(r'(?<![\w.>])(?:lookup|query)\(\Z')
# An object as it is printed.
_OBJECT = re.compile(r'<[\w.]{1,120} (?:object|instance) at 0x')
_CALL = re.compile(r'[A-Za-z_][\w.]{0,64}+\(\s{0,4}+')
# So many of something.
_COUNTED = re.compile(r'[0-9]{1,5} [a-z]')
# The next word of a sentence, which is no name of another value.
_GOES_ON = re.compile(r'[ ][a-z]{2,20}(?=[ ,.])(?![ ]{1,4}[:=])')
_REST = re.compile(r'[^\n:=]{0,120}+(?=\n|$)')
# A mapping without quotes, a remark.
_OPENED = re.compile(r'[{(][A-Za-z][^)}]{0,60}\Z')
# A user and his password: what they are called, and how they are written.
_OF_BOTH = re.compile(r'cred|user_?pass', re.IGNORECASE)
_USER_AND = re.compile(
    r'(?:user(?:name)?|login|id|account|uid)[ ]?[/:&,][ ]?\Z', re.IGNORECASE
)
_USER_FIRST = re.compile(r'[A-Za-z_][\w.@\\-]{0,40}[:/](?!/)')
# What a usage writes for a value.
_PLACE = re.compile(r'<[A-Za-z][A-Za-z_. -]{0,63}>(?=[\s\])}|]|$)')
# What stands behind "credentials:", each with a name of its own.
_ASSIGNED = re.compile(r'[a-z][\w.-]{2,40}=')


def _closed(text: str, start: int, quote: str) -> int:
    """Return where the quote opened before start is closed, or -1."""
    stop = min(len(text), start + MAX_VALUE)
    at = text.find(quote, start, stop)
    while at >= 0:
        before = text[max(start, at - 64) : at]
        slashes = len(before) - len(before.rstrip('\\'))
        if not slashes % 2:
            # SQL doubles one within a value.
            doubled = len(quote) == 1 and text.startswith(quote * 2, at)
            if not doubled or at == start or text[at + 2 : at + 3] in _ENDS:
                return at
            at += 1
        at = text.find(quote, at + len(quote), stop)
    return -1


def quoted(text: str, at: int) -> tuple[int, int, int] | None:
    """Return start and end of the quoted value at a place, and its end."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return None
    start = opened.end()
    end = _closed(text, start, opened['quote'])
    if end < 0:
        line = text.find('\n', start, start + MAX_VALUE)
        end = line if line >= 0 else min(len(text), start + MAX_VALUE)
        cut = text.find(_text.CUT, start, end)
        end = cut if cut >= 0 else end
        return start, end, end
    cut = text.find(_text.CUT, start, end)
    if cut >= 0:
        return start, cut, cut
    return start, end, end + len(opened['quote'])


def _trim(value: str) -> str:
    """Drop what belongs to the sentence or the code around a value."""
    value = value.rstrip('.:').rstrip('"\'')
    if value[-1:] in (')', ']', '}'):
        opened = any(char in value for char in '([{')
        value = value if opened else value.rstrip(')]}.:')
    return value


def _says_what(value: str) -> bool:
    """Tell a mapping that describes something: its id, why it failed."""
    found = _ENTRIES.findall(value)
    return bool(found) and all(
        words.harmless_key(name) or name.lower() in words.DESCRIBES
        for name in found
    )


def _names_secrets(value: str) -> bool:
    """Tell a mapping of which each secret has a name of its own."""
    return any(map(naming.names_secret, _ENTRIES.findall(value)))


def _is_described(value: str, key: str) -> bool:
    """Tell a mapping of which each secret has a name of its own, and one
    that describes something."""
    return (
        _says_what(value)
        or _names_secrets(value)
        or key.endswith('application_credential')
    )


def _block(text: str, at: int, key: str, sep: str) -> tuple[int, int] | None:
    """Return start and end of a block of YAML, or of a list."""
    opened = text[at : at + 1]
    if opened in _BLOCKS and (block := _BLOCK.match(text, at)):
        return block.span('value')
    if opened not in _FLATS or not words.PLURAL.search(key):
        return None
    flat = _FLAT.match(text, at)
    if flat is None or _is_described(flat['value'], key):
        return None
    if sep[:1] in ('=', ':') or _QUOTED.search(flat['value']):
        return flat.span('value')
    return None


def _is_opened(value: str, key: str) -> bool:
    """Tell what is no value but holds some, each with a name of its own."""
    return bool(
        (_OPENED.match(value.lstrip('[')))
        or (
            '=' in value
            and (words.PLURAL.search(key) or key.lower() == 'auth')
            and _ASSIGNED.match(value)
        )
    )


def _in_call(before: str) -> bool:
    """Tell an argument of a call by what stands before its name."""
    before = before.rstrip()
    opened = before.rfind('(')
    inside = before[opened:]
    return (
        opened > 0
        and before[-1] in '(,'
        and ')' not in inside
        and (before[opened - 1].isalnum() or before[opened - 1] == '_')
    )


def _in_path(text: str, name: naming.Name) -> bool:
    """Tell a part of a path or a URL from an option behind a slash."""
    sep, start = name.sep, name.start
    return (
        text[max(0, start - 1) : start] == '/'
        and sep.strip()[:1] in ('', ':')
        and not (
            sep == ':' and text[max(0, start - 2) : start - 1] in ('', ' ')
        )
    )


def _bare(text: str, name: naming.Name) -> tuple[int, int, bool] | None:
    """Return start and end of a value without quotes, and if it is a
    secret."""
    at, sep = name.end, name.sep.strip()
    path = _in_path(text, name)
    if not path and (block := _block(text, at, name.key, sep)):
        return *block, bool(text[slice(*block)].strip(' ,.0123456789'))
    if name.quote and not sep:
        return None
    if place := _PLACE.match(text, at):
        return *place.span(), False
    found = _BARE.match(text, at)
    if found is None or _is_opened(found[0], name.key):
        return None
    value = _trim(found[0])
    if pair := _pair(text, name, value):
        return at + pair, at + len(value), True
    return _judged(text, name, value, path)


def _judged(
    text: str, name: naming.Name, value: str, path: bool
) -> tuple[int, int, bool] | None:
    """Return start and end of a value, and if what stands around it lets it
    be a secret."""
    at, end = name.end, name.end + len(value)
    rest = _REST.match(text, end)
    alone = rest is not None and not rest[0].strip(' \t,;)]}"\'\\')
    if not alone and _is_next_line(name.sep):
        return None
    more = (
        (rest is not None and rest[0][:1] == ' ' and not alone)
        or bool(_COUNTED.match(text, at))
        or bool(_GOES_ON.match(text, end))
    )
    secret = _is_led_to(value, name.key, name.sep.strip(), more) and not (
        _is_called(text, end, value)
        or _is_variable(text, name, value)
        or (path and name.sep.strip())
        or _is_part(text, name, at, end)
    )
    if rest and more and _is_setting(text, name, value):
        end = rest.end()
    return at, end, secret


def _is_next_line(sep: str) -> bool:
    """Tell a value that stands on the next line of a text, not of code."""
    return '\n' in sep and '\\' not in sep and 'value' not in sep.lower()


def _is_called(text: str, end: int, value: str) -> bool:
    """Tell what is called or indexed behind its name."""
    return text[end : end + 1] in ('(', '[') and words.is_name(
        value.replace('::', '.')
    )


def _is_variable(text: str, name: naming.Name, value: str) -> bool:
    """Tell a variable that is an argument of a call."""
    return (
        name.sep == '='
        and value.islower()
        and words.is_name(value)
        and _in_call(text[max(0, name.start - 200) : name.start])
    )


def _is_setting(text: str, name: naming.Name, value: str) -> bool:
    """Tell a line of a file, whose value may have blanks."""
    return (
        '=' in name.sep
        and text[name.end - 1] == ' '
        and not (
            _before(text, name.start).strip(' \t-') or words.is_peculiar(value)
        )
    )


def _is_dashed(value: str, key: str) -> bool:
    """Tell a secret behind a dash, where the name of a host may stand."""
    return (
        words.is_random(value)
        or words.is_signed(value)
        or (
            (words.is_password_key(key) or naming.kind_of(key) == 'foreign')
            and words.is_drawn(value)
        )
    )


def _is_led_to(value: str, key: str, sep: str, more: bool) -> bool:
    if sep in _ARROWS:
        return words.may_be_password(value)
    if sep in _DASHES:
        return _is_dashed(value, key)
    # The second half of C++'s sign.
    return value[:1] != ':' and words.is_value(value, key, sep, more)


def _pair(text: str, name: naming.Name, value: str) -> int:
    """Return where the password begins in a user and his password, 0 if it
    is none."""
    found = _USER_FIRST.match(value) if ':' in value or '/' in value else None
    secret = value[found.end() :].strip(_text.FILL) if found else ''
    if (
        found
        and (not secret or words.may_be_password(secret))
        and (
            _OF_BOTH.search(name.key)
            or _USER_AND.search(text[max(0, name.start - 16) : name.start])
        )
    ):
        return found.end()
    return 0


def _before(text: str, start: int) -> str:
    """Return what stands before a place on its line."""
    return text[text.rfind('\n', max(0, start - 40), start) + 1 : start]


def _is_part(text: str, name: naming.Name, at: int, end: int) -> bool:
    """Tell the token of PKCS #11, a part of the name of a resource of AWS, a
    module's function, a rule of a policy."""
    start = name.start
    if _ARN.search(text, max(0, start - 128), start):
        return True
    return (
        name.sep.strip() == ':'
        and words.is_name(text[at:end])
        and (
            text[max(0, start - 1) : start] == ':'
            or text.startswith((' rule:', ' role:'), end)
        )
    )


def _argument(text: str, at: int) -> tuple[int, int, bool] | None:
    """Return the literal that a call at a place is given, if it may be
    nothing but a secret."""
    call = _CALL.match(text, at)
    span = quoted(text, call.end()) if call else None
    if span and (
        words.is_strong(value := text[span[0] : span[1]])
        or words.is_signed(value)
    ):
        return *span[:2], True
    return None


def _led_to(
    text: str, name: naming.Name, sep: str, span: tuple[int, int, int] | None
) -> str | None:
    """Return what leads from a name to a quoted value, None if nothing."""
    if sep == ',':
        return _behind_comma(text, name, span) if span else None
    if sep == '|':
        # Else no cell of a table: a command behind another.
        cell = _BARE.match(text, name.end)
        return (
            sep
            if text[: name.start].rstrip(' \t')[-1:] == '|'
            or (cell and _is_dashed(cell[0], name.key))
            else None
        )
    if sep == '(':
        value = text[span[0] : span[1]] if span else ''
        return sep if words.is_peculiar(value) else None
    return sep


def _behind_comma(
    text: str, name: naming.Name, span: tuple[int, int, int]
) -> str | None:
    """Return what leads to a value that a comma parts from its name, None if
    it is rather the next name."""
    if text[max(0, name.start - 1) : name.start] == '{':
        return '='  # A pair of Erlang's.
    value = text[span[0] : span[1]]
    strong = words.is_strong(value)
    if not name.quote or (
        not strong and naming.kind_of(value) in ('own', 'foreign')
    ):
        return None
    opened = (
        text[max(0, name.start - 24) : name.start].rstrip('"\'ub').rstrip()
    )
    if _METHODS.search(opened) or _LOOKUPS.search(opened):
        return None
    behind = text[span[2] : span[2] + 3].lstrip()[:1]
    if opened.endswith(('(', '[')) and behind in (')', ']'):
        return '='  # A pair.
    if (
        strong
        or name.key.startswith('-')
        or _SETTER.search(text[max(0, name.start - 90) : name.start])
    ):
        return ','
    return None


def _ends_literal(text: str, name: naming.Name) -> bool:
    """Tell the quote that ends a literal of which a name is the end:
    ``'password='``. What stands behind it is no value, and a quote on one of
    the next lines does not close it."""
    at = name.end
    quote, behind = text[at : at + 1], text[at + 1 : at + 2]
    if quote not in ('"', "'") or name.quote or behind.isalnum():
        return False
    if text[max(0, name.start - 1) : name.start] == quote:
        return True
    if behind not in ('', '\n'):
        return False
    before = text[max(0, name.start - 200) : name.start]
    return before.rpartition('\n')[2].count(quote) % 2 == 1


def _value(text: str, name: naming.Name) -> tuple[int, int, bool] | None:
    """Return start and end of the value of a name, and if it is a secret."""
    at = name.end
    if _ends_literal(text, name):
        return at, at, False
    if printed := _OBJECT.match(text, at):
        return *printed.span(), False
    if text[at : at + 1] == '[' and not words.PLURAL.search(name.key):
        at += 1
    span = quoted(text, at)
    sep = _led_to(text, name, name.sep.strip(), span)
    if sep is None:
        return None
    if span is None:
        found = _argument(text, at) or _bare(text, name)
    else:
        start, end, _behind = span
        secret = words.is_quoted_value(text[start:end], name.key, sep)
        found = start, end, secret
    return _named(text, name, found, span is not None) if found else None


def _named(
    text: str, name: naming.Name, found: tuple[int, int, bool], quoted: bool
) -> tuple[int, int, bool] | None:
    """Return a value as far as its name is one of a secret's."""
    start, end, secret = found
    if words.harmless_key(name.key):
        secret = False
    value = text[start:end]
    if words.only_tells(name.key):
        secret = secret and words.is_told(value, name.key, name.sep.strip())
    if name.kind == 'own':
        return start, end, secret
    if name.kind == 'weak':
        # Behind it there may be anything.
        return found if secret and words.is_random(value) else None
    plain = value.strip()
    if quoted:
        secret = secret and bool(
            name.sep.strip() or words.may_be_password(plain)
        )
    elif plain.replace('-', '').isalpha() or words.is_uuid(plain):
        secret = False
    return start, end, secret


def _judged_at(text: str, name: naming.Name) -> tuple[int, int, bool] | None:
    """Return start and end of what stands behind a name, and if it is a
    secret that is not masked yet."""
    if _DONE.match(text, name.end):
        return name.end, name.end, False
    found = _value(text, name)
    if (found[2] if found else name.sep.strip()) and (
        done := words.masked_at(text, name.end)
    ) >= 0:
        return name.end, done, False
    if found and found[0] == found[1]:
        return found[0], found[1] + 1, False
    return found


def values(text: str, index: Index) -> Iterator[tuple[int, int, str, bool]]:
    """Yield start, end and name of every value, and if it is a secret."""
    at = 0
    for stem, end in naming.stems(text, index):
        if stem < at or text[stem] == _text.FILL:
            continue
        name = naming.at(text, stem, end - stem)
        if name is None:
            continue
        at = name.tail
        found = _judged_at(text, name)
        if found is None:
            continue
        first, last, secret = found
        # What is harmless is so with the words that lead to it.
        yield name.tail, first if secret else last, name.key, False
        if secret:
            at = max(at, last)
            yield first, last, name.key, True
            yield from _more(text, last, name.key)


def _more(
    text: str, at: int, key: str
) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the literals that a value goes on in."""
    for _line in range(8):
        found = _NEXT.match(text, at + 1)
        span = quoted(text, found.end()) if found else None
        if span is None or text[span[2] : span[2] + 1] in (':', ',', '='):
            return
        if span[0] < span[1]:
            yield *span[:2], key, True
        at = span[1]


def spans(
    text: str, index: Index
) -> tuple[list[_text.Span], list[_text.Span]]:
    """Return every value that stands behind the name of a secret, and what
    stands behind one and is none."""
    found: list[_text.Span] = []
    harmless: list[_text.Span] = []
    for start, end, key, secret in values(text, index):
        if not secret:
            harmless.append((start, end, ''))
        elif text[start:end].strip(_text.FILL):
            found.append((start, end, 'F6' if key.startswith('-') else 'F1'))
    return found, harmless
