# SPDX-License-Identifier: Apache-2.0
"""The verb of ``nova-actions-manage adopt``: how much of what Nova does is
recorded here, and by which way."""

import datetime
import textwrap
from typing import Any

from oslo_utils import timeutils

from nova_actions import exception
from nova_actions.cells import registry
from nova_actions.cells.follow import compare
from nova_actions.cells.follow import ends
from nova_actions.cells.follow import source
from nova_actions.cells.follow import state
from nova_actions.cmd import bridge
from nova_actions.cmd import cell
from nova_actions.cmd import failure
from nova_actions.cmd import output
from nova_actions.cmd import reporter
from nova_actions.cmd import table
from nova_actions.context import RequestContext
from nova_actions.context import get_admin_context
from nova_actions.objects import text
from nova_actions.vocabulary import counted

Row = dict[str, Any]

#: How much of the past is compared.
SPAN = datetime.timedelta(hours=1)
#: How many missing rows of a cell are named.
NAMED = 10
WIDTH = reporter.WIDTH


def adopt_check(args: Any) -> int:
    """Print the bridges, and each cell compared with our own record."""
    context = get_admin_context()
    found = {
        'bridges': bridge.groups(reporter.found()),
        'cells': [_cell(context, name) for name in registry.cells()],
    }
    output.show(args.format, found, check_text)
    return failure.OK if _is_well(found) else failure.ABSENT


def _cell(context: RequestContext, name: str) -> Row:
    row = state.get(context, name)
    settings = registry.settings(name)
    shown = cell.shown(name, bool(settings.follow), row)
    asked = source.Source(
        name, settings.connection, registry.get(name).timeout
    )
    try:
        compared = compare.make(
            context, asked, row, timeutils.utcnow() - SPAN, text.sanitizer()
        )
    except exception.CellUnavailable as error:
        return {**shown, 'error': failure.told(error)}
    finally:
        asked.dispose()
    return {
        **shown,
        **{
            f'last_hour_{key}' if key != 'missing' else key: value
            for key, value in compared.items()
        },
    }


def _is_well(found: Row) -> bool:
    return (
        not any(group['missing'] for group in found['bridges'])
        and all(
            not each.get('error') and not each['missing']
            for each in found['cells']
        )
        and bool(found['bridges'] or found['cells'])
    )


def check_text(found: Row) -> str:
    """Return what was found as paragraphs for a terminal of 80 columns."""
    parts = [_filled(bridge.line(group)) for group in found['bridges']] or [
        'No bridge has reported.'
    ]
    parts += [_cell_text(each) for each in found['cells']] or [
        'No cell is attached.'
    ]
    return '\n\n'.join(parts)


def _cell_text(cell: Row) -> str:
    lag = cell.get('lag')
    lines = [
        f'Cell {cell["cell"]}: {cell["state"]}'
        + ('' if lag is None else f', {lag:.0f} s behind')
        + '.'
    ]
    if cell.get('error'):
        return '\n'.join([*lines, _filled(f'  {cell["error"]}')])
    for key, noun in (('actions', 'action'), ('events', 'step')):
        lines += [
            _filled(
                f'  {counted(number, noun)} of the last hour '
                f'{word}: {compare.MEANING[word]}.'
            )
            for word, number in sorted(cell[f'last_hour_{key}'].items())
        ]
        lines += [
            _filled(
                f'  {counted(number, noun)} of the last hour '
                f'{ends.MEANING[word]}.'
            )
            for word, number in sorted(
                cell[f'last_hour_{key[:-1]}_ends'].items()
            )
        ]
    if len(lines) == 1:
        lines.append('  The cell has no rows from the last hour.')
    missing = cell['missing']
    lines += [
        _filled(
            f'  Missing: {each["table"]} {each["id"]}, '
            f'{table.printable(each["name"])}, '
            f'{table.printable(each["request_id"])}.'
        )
        for each in missing[:NAMED]
    ]
    if len(missing) > NAMED:
        lines.append(f'  … and {len(missing) - NAMED} more.')
    return '\n'.join(lines)


def _filled(line: str) -> str:
    return textwrap.fill(
        line, WIDTH, subsequent_indent='    ', break_on_hyphens=False
    )
