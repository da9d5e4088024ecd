# SPDX-License-Identifier: Apache-2.0
"""Tables of what is recognised: a row a line, its columns two blanks apart."""

import pathlib
import re

_FOLDER = pathlib.Path(__file__).parent


def rows(name: str) -> list[list[str]]:
    """Return the rows of a table in this folder."""
    text = (_FOLDER / f'{name}.txt').read_text(encoding='utf-8')
    return [
        re.split(r' {2,}', line)
        for line in text.splitlines()
        if not line.startswith('#')
    ]
