# SPDX-License-Identifier: Apache-2.0
"""The sections ``[cell:NAME]``, found in the configuration's files."""

from typing import Any

from oslo_config import cfg

from nova_actions.conf import number

PREFIX = 'cell:'

#: What the generated sample calls its section; oslo.config takes no capitals.
SAMPLE = f'{PREFIX}name'

OPTS = [
    cfg.StrOpt(
        'connection',
        secret=True,
        help='The SQLAlchemy URL of an existing Nova cell database, for '
        'example mysql+pymysql://reader:password@host/nova_cell1. Its '
        'servers and actions appear in this API. It is opened read-only; '
        'use a database user with read access only. Each cell, including '
        'cell0, has its own section, named after the cell: letters, digits, '
        '".", "_" and "-".',
    ),
    cfg.BoolOpt(
        'follow',
        default=False,
        help='Have a conductor copy the actions of this cell into our own '
        'database: first the existing ones, then new ones as they appear. '
        'They are kept when Nova archives or purges them. Do not rename the '
        'section afterwards: everything would be copied again.',
    ),
    number.seconds(
        'follow_interval',
        default=5.0,
        min=0.1,
        max=10.0,
        help='With follow: the number of seconds between two polls.',
    ),
    number.integer(
        'follow_window',
        default=10_000,
        max=1_000_000,
        help='With follow: the number of recent ids, of the last hour, that '
        'are read again at each poll, because rows may be committed late and '
        'Nova may overwrite them.',
    ),
    number.integer(
        'follow_rate',
        default=1000,
        min=1,
        max=1_000_000,
        help='With follow: the maximum number of rows copied per second.',
    ),
]


def sections(conf: cfg.ConfigOpts) -> list[str]:
    """Return the sections of cells, registered so that they can be read."""
    found = sorted(
        {
            name
            for name in (*conf.list_all_sections(), *conf)
            if name.startswith(PREFIX)
        }
    )
    for section in found:
        conf.register_opts(OPTS, group=section)
    # An unchanged section from the sample configures no cell.
    return [
        section
        for section in found
        if section != SAMPLE or conf[section].connection
    ]


def cells(conf: cfg.ConfigOpts) -> dict[str, Any]:
    """Return the options of each cell by its name."""
    return {
        section.removeprefix(PREFIX): conf[section]
        for section in sections(conf)
    }
