# SPDX-License-Identifier: Apache-2.0
"""The cells that are attached to this process, asked all at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from nova_actions import exception
from nova_actions.cells import cell
from nova_actions.cells import engine
from nova_actions.cells import ids
from nova_actions.cells import query
from nova_actions.db import driver

R = TypeVar('R')
Row = dict[str, Any]

_cells: dict[str, cell.Cell] = {}
_settings: dict[str, Any] = {}


def setup(settings: Mapping[str, Any], timeout: float) -> None:
    """Attach cells. Nothing is connected yet.

    :param settings: the options of each cell by its name
    :param timeout: how long a cell is waited for, seconds
    :raises InvalidInput: for a cell that cannot be used
    """
    global _cells, _settings
    found: dict[str, cell.Cell] = {}
    tags: dict[int, str] = {}
    for name, options in settings.items():
        url = options.connection
        _check(name, url)
        other = tags.setdefault(ids.tag(name), name)
        if other != name:
            raise exception.InvalidInput(
                argument=f'[cell:{name}]',
                reason=f'the ids of its rows would be those of {other}; '
                'give it another name',
            )
        found[name] = cell.Cell(name, url, timeout)
    dispose()
    _cells = found
    _settings = dict(settings)


def _check(name: str, url: str | None) -> None:
    reason = driver.problem(url, 'connection')
    if not ids.NAME.fullmatch(name):
        reason = (
            'the name of a cell has 1 to 64 letters, digits, ".", "_" and "-"'
        )
    elif reason is None and not engine.supports(str(url)):
        reason = 'a cell is a file of SQLite, or MySQL, MariaDB, PostgreSQL'
    if reason is not None:
        raise exception.InvalidInput(argument=f'[cell:{name}]', reason=reason)


def dispose() -> None:
    """Close the connections; they are opened again when needed."""
    for each in _cells.values():
        each.engine.dispose()


def cells() -> Mapping[str, cell.Cell]:
    """Return the attached cells by name."""
    return _cells


def get(name: str) -> cell.Cell:
    """Return a cell.

    :raises CellNotFound: when it is not attached
    """
    try:
        return _cells[name]
    except KeyError:
        raise exception.CellNotFound(cell=name) from None


def settings(name: str) -> Any:
    """Return the options of a cell that is attached."""
    return _settings[get(name).name]


def of_id(row_id: int) -> tuple[cell.Cell | None, int]:
    """Return the cell that a row's id tells, and its id there."""
    tag, own = ids.decode(row_id)
    for each in _cells.values():
        if ids.tag(each.name) == tag:
            return each, own
    return None, own


def ask_all(
    question: Callable[..., R],
    *args: Any,
) -> tuple[dict[str, R], list[exception.CellUnavailable]]:
    """Ask every cell at once; return the answers by name, and the errors of
    those that do not answer."""
    calls: dict[str, cell.Call[R]] = {}
    errors: list[exception.CellUnavailable] = []
    for each in _cells.values():
        try:
            calls[each.name] = each.start(question, *args)
        except exception.CellUnavailable as error:
            errors.append(error)
    answers: dict[str, R] = {}
    for name, call in calls.items():
        try:
            answers[name] = call.result()
        except exception.CellUnavailable as error:
            errors.append(error)
    return answers, errors


def instance(
    uuid: str,
    hint: str | None = None,
    is_shown: Callable[[Row], bool] = lambda _row: True,
) -> Row | None:
    """Return an instance as its cell knows it, with the name of that as
    ``cell`` and without an id; None when all cells answer and none has it.

    :param hint: the cell that had it before
    :param is_shown: tells whether the caller may learn that it exists; one
        that is not shown is answered as if no cell had it
    :raises CellUnavailable: a cell that has it, or may have it, is silent
    """
    if hint is not None and hint in _cells:
        row = _cells[hint].ask(query.instance_get, uuid)
        if row is not None and not row['hidden']:
            return as_owner(row, hint)
    answers, errors = ask_all(query.instance_get, uuid)
    found = min(
        (as_owner(row, name) for name, row in answers.items() if row),
        key=_rank,
        default=None,
    )
    if errors and (found is None or not is_shown(found)):
        raise errors[0]
    return found


def instances(
    uuids: Sequence[str],
) -> tuple[dict[str, Row], list[exception.CellUnavailable]]:
    """Return those instances that the cells which answer know, as
    :func:`instance` does, and the errors of those that do not answer."""
    answers, errors = ask_all(query.instance_many, uuids)
    found: dict[str, Row] = {}
    for name, rows in answers.items():
        for row in rows:
            owner = as_owner(row, name)
            found[row['uuid']] = min(
                found.get(row['uuid'], owner), owner, key=_rank
            )
    return found, errors


def _rank(row: Row) -> tuple[bool, bool]:
    """While a server moves between cells, both have it, one hidden."""
    return bool(row['hidden']), bool(row['deleted'])


def as_owner(row: Mapping[str, Any], name: str) -> Row:
    """Return a cell's instance in the shape of ours."""
    owner = {
        **row,
        'cell': name,
        'deleted': row['deleted'] or 0,
        'project_id': row['project_id'] or '',
    }
    del owner['id']
    return owner
