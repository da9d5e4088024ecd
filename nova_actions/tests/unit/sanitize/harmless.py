# SPDX-License-Identifier: Apache-2.0
"""Texts of errors that hold no secret, and must come out as they went in.

One stands on each line of ``harmless.txt``; names in braces are filled in,
and a return sign is a line end.
"""

import pathlib

_TEMPLATES = pathlib.Path(__file__).with_name('harmless.txt')
_VALUES = (
    {
        'u': '3b1fd6c2-9a70-4c5e-8f3b-2d64ab1c9e07',
        'x': '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
        'h': (
            'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
        ),
        'm': 'fa:16:3e:4c:5d:6e',
        'i': '10.20.30.40',
        'n': '17',
        's': '3fa85f64',
        'p': '5e',
        'd': '3',
        'b': 'slVxCf3eYMDuZCzDGJHudZ',
    },
    {
        'u': 'c0ffee00-1234-4abc-9def-0123456789ab',
        'x': 'a87ff679a2f3e71d9181a67b7542122c',
        'h': 'd41d8cd98f00b204e9800998ecf8427e',
        'm': '52:54:00:12:34:56',
        'i': '192.168.122.1',
        'n': '4096',
        's': 'c9f0f895',
        'p': '81',
        'd': '8',
        'b': 'gh-yPLf7Qx5gAVG4HGgPb1',
    },
)


def lines() -> list[str]:
    return [
        line.replace('⏎', '\n').format(**values)
        for line in _TEMPLATES.read_text(encoding='utf-8').splitlines()
        for values in _VALUES
    ]
