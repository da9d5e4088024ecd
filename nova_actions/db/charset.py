# SPDX-License-Identifier: Apache-2.0
"""Which characters our own database can store.

PostgreSQL stores text in the encoding of the database; MySQL and SQLite store
any character in our tables.
"""

import codecs
import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

#: Python's names of PostgreSQL's encodings, where they differ.
_NAMES = ((re.compile(r'WIN(\d+)'), r'cp\1'), (re.compile(r'KOI8'), 'koi8_'))

#: Encodings that Python and PostgreSQL do not map alike: only ASCII is stored.
_UNLIKE = ('EUC_JIS_2004', 'EUC_KR')
#: What else PostgreSQL has at another place, or not at all, by codec.
_MISSING = {'euc_jp': '\u00a2\u00a3\u00ac\u2016\u2212\u301c'}

#: The codec of the database's encoding, None if that has any character.
codec: str | None = None


def learn(encoding: str | None) -> None:
    """Set the encoding of the database.

    :param encoding: PostgreSQL's name; None if it has any character
    """
    global codec
    # SQL_ASCII means no encoding: bytes are stored as they are.
    if encoding in (None, 'UTF8', 'SQL_ASCII'):
        codec = None
        return
    name = 'ascii' if encoding in _UNLIKE else str(encoding)
    for pattern, replacement in _NAMES:
        name = pattern.sub(replacement, name)
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = 'ascii'


def fit(value: str) -> str:
    """Return a text with ``?`` for each character that cannot be stored."""
    if codec is None or value.isascii():
        return value
    stored = value.encode(codec, 'replace').decode(codec)
    missing = _MISSING.get(codec, '')
    # Some codecs encode a character as a similar one.
    return ''.join(
        before if before == after and before not in missing else '?'
        for before, after in zip(value, stored, strict=True)
    )


def fit_row(row: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Return a row whose texts can be stored, and how many of their characters
    were replaced."""
    if codec is None:
        return dict(row), 0
    fitted = {
        name: fit(value) if isinstance(value, str) else value
        for name, value in row.items()
    }
    return fitted, sum(
        before != after
        for name, value in row.items()
        if isinstance(value, str)
        for before, after in zip(value, fitted[name], strict=True)
    )


class _Fitted(sa.TypeDecorator[str]):
    """Fits every text that a statement has for a column."""

    impl = sa.String
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        return str

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        # Asked for once by each engine, which is connected by then.
        if codec is None:
            return self.impl_instance.bind_processor(dialect)
        return super().bind_processor(dialect)

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        return fit(value) if isinstance(value, str) else value


class String(_Fitted):
    impl = sa.String
    cache_ok = True


class Text(_Fitted):
    impl = sa.Text
    cache_ok = True
