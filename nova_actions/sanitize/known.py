# SPDX-License-Identifier: Apache-2.0
"""Literal secrets: those of a call and those of the configuration."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib import parse

from nova_actions.sanitize import naming
from nova_actions.sanitize import text as _text

#: A shorter value would be found in words that are no secret.
MIN_LENGTH = 6

_USERINFO = re.compile(r'://([^\s/:@]{0,255}):([^\s/]{1,1024})@')


def variants(values: Iterable[object]) -> tuple[str, ...]:
    """Return the values and how they look quoted, the longest first."""
    found: set[str] = set()
    for value in values:
        if value is None:
            continue
        plain = _text.clean(_text.as_text(value))
        for form in (
            plain,
            plain.strip(),
            parse.quote(plain, safe=''),
            parse.quote_plus(plain),
            json.dumps(plain)[1:-1],
            repr(plain)[1:-1],
        ):
            if len(form) >= MIN_LENGTH:
                found.add(form)
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def spans(text: str, values: tuple[str, ...]) -> Iterator[_text.Span]:
    """Yield where values stand, the longest first."""
    for value in values:
        at = text.find(value)
        while at >= 0:
            yield at, at + len(value), 'F0'
            at = text.find(value, at + len(value))


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 4:
        for item in value.values():
            yield from _strings(item, depth + 1)
    elif isinstance(value, list | tuple | set) and depth < 4:
        for item in value:
            yield from _strings(item, depth + 1)


def secrets_of_call(
    context: Any, arguments: Mapping[str, Any]
) -> Iterator[str]:
    """Return what is known to be secret in a call: the caller's token, and
    what stands under a secret's name in the arguments."""
    yield from _strings(getattr(context, 'auth_token', None))
    yield from _named(arguments)


def _named(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, Mapping) and depth < 4:
        for name, item in value.items():
            if isinstance(name, str) and naming.names_secret(name):
                yield from _strings(item)
            else:
                yield from _named(item, depth + 1)
    elif isinstance(value, list | tuple) and depth < 4:
        for item in value:
            yield from _named(item, depth + 1)
    elif isinstance(value, str):
        yield from passwords_of_url(value)


def passwords_of_url(value: str) -> Iterator[str]:
    for match in _USERINFO.finditer(value):
        # The whole, and each host's own where several are listed.
        for secret in {match[2], *re.findall(r':([^:@,]+)@', match[0])}:
            yield secret
            yield parse.unquote(secret)


def _options(conf: Any) -> Iterator[tuple[Any, str | None]]:
    # oslo.config has no public list of what is registered.
    for info in list(conf._opts.values()):
        yield info['opt'], None
    for name, group in list(conf._groups.items()):
        for info in list(group._opts.values()):
            yield info['opt'], name


def secrets_of(conf: Any) -> Iterator[str]:
    """Return every secret that the configuration holds."""
    for opt, group in _options(conf):
        try:
            value = conf[group][opt.dest] if group else conf[opt.dest]
        except Exception:  # noqa: BLE001, S112
            continue
        for item in _strings(value):
            yield from passwords_of_url(item)
            if opt.secret:
                yield item
