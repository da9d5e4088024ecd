# SPDX-License-Identifier: Apache-2.0
"""``openstack action log stats``."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from nova_actions_client import column
from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import output
from nova_actions_client import service
from nova_actions_client import spark
from nova_actions_client import stat
from nova_actions_client import view
from nova_actions_client.command import asking

LIMIT = 50
#: The default of --since.
SINCE = '7d'
COUNTS = ('Count', 'Succeeded', 'Failed', 'Retried', 'Interrupted', 'Open')
DURATIONS = ('p50', 'p95', 'p99', 'Max')
#: The columns of --long.
LONG = {'Succeeded', 'Retried', 'Interrupted', 'Open', 'p99'}


class Stats(asking.Listing):
    """Count actions: how many failed, and how long they took.

    The trend is the failure rate by day, the last day at the right; over two
    days or less, by hour.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        option.add(parser)
        parser.set_defaults(started_after=SINCE)
        parser.add_argument(
            '--by',
            action='append',
            choices=stat.BY,
            help='A row for each of these; repeat it for pairs '
            '(default: action)',
        )
        parser.add_argument(
            '--sort',
            choices=stat.SORTS,
            help='By this number, the highest first, or by one of --by '
            '(default: count, or time)',
        )
        parser.add_argument(
            '--limit',
            metavar='<number>',
            type=_limit,
            default=LIMIT,
            help=f'At most this many rows, 1 to {stat.LIMIT} '
            f'(default: {LIMIT})',
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help='With the other outcomes, and the 99th percentile',
        )
        parser.add_argument(
            '--ascii',
            action='store_true',
            help='Use ASCII characters only',
        )
        return parser

    def take_action(
        self, args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        by = _groups(args.by or ['action'])
        log = self.find_log(args)
        query = option.query(args, self.app.client_manager.session)
        if args.sort:
            query['sort'] = args.sort
        answer = log.stats(by, {**query, 'limit': args.limit})
        trends = self._trends(log, by, query, answer)
        self._say(answer)
        if not answer.stats:
            self.say_nothing(args, log, answer.counted)
        titles = [
            title
            for title in (*COUNTS, 'Rate', *DURATIONS)
            if args.long or title not in LONG
        ]
        rows = []
        for each in answer.stats:
            cells = _cells(each)
            rows.append(
                [
                    *map(column.Text, each.group),
                    *(cells[title] for title in titles),
                ]
            )
        headings = [*map(str.title, by), *titles]
        if trends is not None:
            headings.append('Trend')
            bars = self._bars(args)
            for row, each in zip(rows, answer.stats, strict=True):
                rates = trends.get(each.group[0], [])
                row.append(column.Trend(rates, bars))
        return headings, rows

    def _bars(self, args: argparse.Namespace) -> str:
        if args.ascii or not output.can_encode(self.app.stdout):
            return spark.ASCII
        return spark.UNICODE

    def _trends(
        self,
        log: service.Log,
        by: Sequence[str],
        query: view.Query,
        answer: stat.Stats,
    ) -> Mapping[str | None, Sequence[float | None]] | None:
        """Return the failure rates of each group over time.

        None for groups of a time, for pairs, and where it would be too much.
        """
        if len(by) > 1 or by[0] in stat.UNITS or not answer.stats:
            return None
        now = moment.now()
        unit = stat.unit(answer, now)
        wanted: view.Query = {**query, 'limit': stat.LIMIT}
        wanted.pop('sort', None)
        if answer.since is not None:
            wanted['started_after'] = moment.iso(answer.since)
        along = log.stats([by[0], unit], wanted)
        if along.more:
            output.note(f'Too much for a trend; use --by {unit} or a filter')
            return None
        return stat.trends(along, unit, now)

    def _say(self, answer: stat.Stats) -> None:
        """Print what is not in the table."""
        since = (
            ''
            if answer.since is None
            else f' since {answer.since:%Y-%m-%d %H:%M}Z'
        )
        source = answer.source.replace('rollups', 'hourly counts')
        output.note(f'{answer.counted}{since}, from {source}')
        for line in answer.incomplete:
            output.note(line)
        if answer.more:
            output.note(f'{len(answer.stats)} shown, more: --limit')


def _groups(by: Sequence[str]) -> Sequence[str]:
    """Check what to group by.

    :raises argparse.ArgumentTypeError: for what cannot be combined
    """
    if len(by) > 2 or len(set(by)) < len(by) or {*by} == {*stat.UNITS}:
        raise argparse.ArgumentTypeError(
            'argument --by: one or two different ones, and not day with hour'
        )
    return by


def _limit(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= stat.LIMIT:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a number of rows from 1 to {stat.LIMIT}'
        )
    return int(value)


def _cells(each: stat.Stat) -> dict[str, Any]:
    """Return the cells of a group by their titles."""
    return {
        **{title: getattr(each, title.lower()) for title in COUNTS},
        'Rate': column.Rate(each.failure_rate),
        **{
            title: column.Took(each.durations[title.lower()])
            for title in DURATIONS
        },
    }
