# SPDX-License-Identifier: Apache-2.0
"""The filters of a search, and what each of them means."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from nova_actions import exception
from nova_actions import sanitize
from nova_actions import validation
from nova_actions.db import status
from nova_actions.db.search.query import Query

_Time = datetime.datetime

#: A filter by equality -> the check of its value.
_EQUAL: Mapping[str, validation.Check] = {
    'server': validation.uuid,
    'server_name': validation.name,
    'action': validation.name,
    'user_id': validation.name,
    'host': validation.name,
    'event': validation.name,
    'request_id': validation.request_id,
    'global_request_id': validation.request_id,
    'reason': validation.one_of(*sanitize.REASONS),
}
_WINDOWS = (
    'started_after',
    'started_before',
    'updated_after',
    'updated_before',
)
_SPANS = ('min_duration', 'open_longer_than')
#: Sort key -> its column.
SORTS = {'started_at': 'start_time', 'updated_at': 'updated_at'}
DEFAULT_SORT = 'started_at:desc'

#: All filters, and those that may have several values, of which one must
#: match.
WORDS = (*_EQUAL, 'status', *_WINDOWS, *_SPANS, 'sort')
_SEVERAL = ('status',)


def read(
    terms: Mapping[str, Sequence[str]],
    now: _Time,
    owner_id: str | None,
    known: Sequence[str] = WORDS,
) -> Query:
    """Return the query for these filters.

    :param terms: the values of each filter
    :param now: what relative times count from, naive UTC
    :param owner_id: the project whose servers are searched, None for all
    :param known: the filters that are allowed
    :raises InvalidInput: for an unknown filter or an invalid value
    """
    _check_words(terms, known)
    words = {name: values[0] for name, values in terms.items()}
    times = _windows(words, now)
    opened_before = min_duration = None
    if 'open_longer_than' in words:
        opened_before = now - datetime.timedelta(
            microseconds=validation.span(
                'open_longer_than', words['open_longer_than']
            )
        )
    if 'min_duration' in words:
        min_duration = validation.span('min_duration', words['min_duration'])
    sort, is_descending = _order(words.get('sort', DEFAULT_SORT))
    if sort == 'updated_at' and not is_descending:
        # An action that changes meanwhile would appear twice.
        times['updated_before'] = times['updated_before'] or now
    return Query(
        owner_id=owner_id,
        equal={
            name: check(name, words[name])
            for name, check in _EQUAL.items()
            if name in words
        },
        statuses=tuple(
            sorted(
                {
                    validation.one_of(*status.STATUSES)('status', each)
                    for each in terms.get('status', ())
                }
            )
        ),
        started=(times['started_after'], times['started_before']),
        updated=(times['updated_after'], times['updated_before']),
        opened_before=opened_before,
        min_duration=min_duration,
        sort=sort,
        is_descending=is_descending,
    )


def ranged(query: Query, now: _Time, span: datetime.timedelta) -> Query:
    """Return a query with a first start time; by default ``span`` before the
    end of its range."""
    first, end = query.started
    if first is None:
        first = max(end or now, _Time.min + span) - span
    return dataclasses.replace(query, started=(first, end))


def _check_words(
    terms: Mapping[str, Sequence[str]], known: Sequence[str]
) -> None:
    for name, values in terms.items():
        if name not in known:
            raise exception.InvalidInput(
                argument=name[: validation.NAME_LIMIT],
                reason=f'it is none of {", ".join(known)}',
            )
        if len(values) > 1 and name not in _SEVERAL:
            raise exception.InvalidInput(
                argument=name, reason='it is given more than once'
            )


def _windows(words: Mapping[str, str], now: _Time) -> dict[str, _Time | None]:
    times: dict[str, _Time | None] = {
        name: validation.moment(name, words[name], now)
        if name in words
        else None
        for name in _WINDOWS
    }
    for what in ('started', 'updated'):
        after, before = times[f'{what}_after'], times[f'{what}_before']
        if after is not None and before is not None and after >= before:
            raise exception.InvalidInput(
                argument=f'{what}_after',
                reason=f'it must be earlier than {what}_before',
            )
    return times


def _order(value: str) -> tuple[str, bool]:
    name, _, direction = value.partition(':')
    if name not in SORTS or direction not in ('', 'asc', 'desc'):
        raise exception.InvalidInput(
            argument='sort',
            reason=f'it is not one of {", ".join(SORTS)}, with :asc or :desc '
            'behind it',
        )
    return SORTS[name], direction != 'asc'
