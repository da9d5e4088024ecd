# SPDX-License-Identifier: Apache-2.0
"""``openstack action log stats``."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from osc_lib.command import command

from nova_actions_client import column
from nova_actions_client import moment
from nova_actions_client import option
from nova_actions_client import output
from nova_actions_client import spark
from nova_actions_client import stat
from nova_actions_client.command import asking

LIMIT = 50
#: How far back it looks where nobody says how far.
SINCE = '7d'
COUNTS = ('Count', 'Succeeded', 'Failed', 'Retried', 'Interrupted', 'Open')
DURATIONS = ('p50', 'p95', 'p99', 'Max')
#: What is left out without --long.
LONG = {'Succeeded', 'Retried', 'Interrupted', 'Open', 'p99'}


class Stats(asking.Asking, command.Lister):
    """Count actions: how many failed, and how long they took.

    The trend is the failure rate by day, or by hour over two days at the
    most, the latest at the right.
    """

    # The service sorts.
    need_sort_by_cliff = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        option.add(parser)
        parser.set_defaults(started_after=SINCE)
        parser.add_argument(
            '--by',
            action='append',
            choices=stat.BY,
            help='A line for each of these; repeat it for pairs '
            '(default: action)',
        )
        parser.add_argument(
            '--sort',
            choices=stat.SORTS,
            help='By which number, the highest first, or by which of --by '
            '(default: count, or by time)',
        )
        parser.add_argument(
            '--limit',
            metavar='<number>',
            type=_limit,
            default=LIMIT,
            help=f'At most so many lines, 1 to {stat.LIMIT} '
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
            help='With characters of ASCII only',
        )
        return parser

    def take_action(self, args: argparse.Namespace) -> Any:
        by = args.by or ['action']
        if len(by) > 2 or len(set(by)) < len(by) or {*by} == {*stat.UNITS}:
            self._parser.error(
                'argument --by: one or two of them, not the '
                'same twice, and not day and hour'
            )
        log = self.find_log(args)
        query = option.query(args, self.app.client_manager.session)
        if args.sort:
            query['sort'] = args.sort
        answer = log.stats(by, {**query, 'limit': args.limit})
        trends = self._trends(log, by, query, answer)
        self._say(answer)
        titles = [
            title
            for title in (*COUNTS, 'Rate', *DURATIONS)
            if args.long or title not in LONG
        ]
        bars = (
            spark.ASCII
            if args.ascii or not output.can_encode(self.app.stdout)
            else spark.UNICODE
        )
        rows = []
        for each in answer.stats:
            row = [
                *map(column.Text, each.group),
                *(_cells(each)[title] for title in titles),
            ]
            if trends is not None:
                row.append(column.Trend(trends.get(each.group[0], []), bars))
            rows.append(row)
        return [
            *map(str.title, by),
            *titles,
            *(['Trend'] if trends is not None else []),
        ], rows

    def _trends(
        self,
        log: Any,
        by: Sequence[str],
        query: Mapping[str, Any],
        answer: stat.Stats,
    ) -> Any:
        """Return the failure rates of groups along the time; None where the
        groups are of a time already, or of two things."""
        if len(by) > 1 or by[0] in stat.UNITS or not answer.stats:
            return None
        now = moment.now()
        unit = stat.unit(answer, now)
        wanted = {
            name: value for name, value in query.items() if name != 'sort'
        } | {'limit': stat.LIMIT}
        if answer.since is not None:
            wanted['started_after'] = moment.iso(answer.since)
        along = log.stats([by[0], unit], wanted)
        if along.more:
            output.note(f'Too much for a trend; --by {unit}, or a filter')
            return None
        return stat.trends(along, unit, now)

    def _say(self, answer: stat.Stats) -> None:
        """Say what is not in the table."""
        since = (
            ''
            if answer.since is None
            else f' since {answer.since:%Y-%m-%d %H:%M}Z'
        )
        output.note(f'{answer.counted}{since}, from {answer.source}')
        for line in answer.incomplete:
            output.note(line)
        if answer.more:
            output.note(f'{len(answer.stats)} shown, more: --limit')

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Any,
    ) -> int:
        return super().produce_output(
            parsed_args,
            column_names,
            [output.safe(row, parsed_args.formatter) for row in data],
        )


def _limit(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= stat.LIMIT:
        raise argparse.ArgumentTypeError(
            f'{value!r} is not a number of lines from 1 to {stat.LIMIT}'
        )
    return int(value)


def _cells(each: stat.Stat) -> dict[str, Any]:
    """Return what there is to say of a group, by its title."""
    return {
        **{title: getattr(each, title.lower()) for title in COUNTS},
        'Rate': column.Rate(each.failure_rate),
        **{
            title: column.Took(each.durations[title.lower()])
            for title in DURATIONS
        },
    }
