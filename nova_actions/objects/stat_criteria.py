# SPDX-License-Identifier: Apache-2.0
"""The words of a question for statistics, and what each of them asks for."""

import datetime
from collections.abc import Mapping, Sequence

from nova_actions import exception
from nova_actions.db.stat import fact
from nova_actions.db.stat.count import Question
from nova_actions.objects import criteria

#: Word of what is counted by -> where it is found.
BY = {
    'action': 'action',
    'event': 'event',
    'host': 'host',
    'project': 'project_id',
    'day': 'day',
    'hour': 'hour',
}
_WORD_OF = {name: word for word, name in BY.items()}
DEFAULT_BY = ('action',)
#: Word of an order -> the number of a group.
NUMBERS = {
    **{
        name: name
        for name in (
            'count',
            'succeeded',
            'failed',
            'retried',
            'interrupted',
            'open',
            'failure_rate',
            'p50',
            'p95',
            'p99',
        )
    },
    'max': 'longest',
}
SORTS = (*NUMBERS, *BY)
#: Whether an order is a descending one.
_DIRECTIONS = {'asc': False, 'desc': True}
#: Every word, and those that may have several values.
WORDS = ('by', 'sort', *(word for word in criteria.WORDS if word != 'sort'))
#: How far back is looked where nobody says how far.
RANGE = datetime.timedelta(days=7)


def read(
    terms: Mapping[str, Sequence[str]],
    now: datetime.datetime,
    owner_id: str | None,
) -> tuple[Question, str, bool]:
    """Return what is asked, by what the groups are sorted, and whether the
    most come first.

    :param terms: the values of each word
    :param now: what relative times count from, naive UTC
    :param owner_id: the project whose servers it is about, None for all
    :raises InvalidInput: for an unknown word, or a value that it cannot have
    """
    words = {**terms}
    by, sort = words.pop('by', DEFAULT_BY), words.pop('sort', ())
    query = criteria.read(words, now, owner_id, WORDS)
    _check_by(by)
    question = Question(
        criteria.ranged(query, now, RANGE), [BY[word] for word in by]
    )
    return question, *_order(sort, by)


def words_of(question: Question) -> list[str]:
    """Return the words for what a question counts by."""
    return [_WORD_OF[name] for name in question.by]


def _check_by(by: Sequence[str]) -> None:
    reason = None
    if not 1 <= len(by) <= 2 or len({*by}) < len(by):
        reason = 'it may be given once or twice, each time another one'
    elif not {*by} <= {*BY}:
        reason = f'it is not one of {", ".join(BY)}'
    elif {*by} == {*fact.UNITS}:
        reason = 'day and hour do not go together'
    if reason:
        raise exception.InvalidInput(argument='by', reason=reason)


def _order(sort: Sequence[str], by: Sequence[str]) -> tuple[str, bool]:
    if not sort:
        units = [word for word in by if word in fact.UNITS]
        return (units[0], False) if units else ('count', True)
    # Numbers begin with the most, names with the first.
    orders = {word: (name, True) for word, name in NUMBERS.items()}
    orders |= {word: (BY[word], False) for word in by}
    word, _, direction = sort[0].partition(':')
    if (
        len(sort) > 1
        or word not in orders
        or direction not in ('', *_DIRECTIONS)
    ):
        raise exception.InvalidInput(
            argument='sort',
            reason=f'it is not one of {", ".join(orders)}, with '
            ':asc or :desc behind it',
        )
    name, is_descending = orders[word]
    return name, _DIRECTIONS.get(direction, is_descending)
