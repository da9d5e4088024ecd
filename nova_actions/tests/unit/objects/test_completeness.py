# SPDX-License-Identifier: Apache-2.0
import datetime
from unittest import mock

from hypothesis import given
from hypothesis import strategies
from oslotest import base

from nova_actions.cells import coverage
from nova_actions.objects import completeness
from nova_actions.objects import criteria

NOW = datetime.datetime(2026, 1, 2)
NAMES = strategies.lists(strategies.text(max_size=5), max_size=4)


class CompletenessTest(base.BaseTestCase):
    @given(NAMES, NAMES, strategies.booleans())
    def test_names_are_told_by_right_and_numbers_always(
        self, cells, hosts, shows_hosts
    ):
        found = mock.Mock(
            purged_before=None,
            follow_lag=None,
            silent_cells=tuple(cells),
            silent_hosts=tuple(hosts),
        )
        query = criteria.read(
            {'started_after': ['1h'], 'updated_before': ['1m']}, NOW, None
        )
        with mock.patch.object(
            coverage, 'get', autospec=True, return_value=found
        ):
            values = completeness.of(None, query, 7, NOW, shows_hosts)
        # What it returns are all of the fields, each with its type.
        answer = completeness.Complete(**values)
        self.assertEqual(set(completeness.Complete.fields), set(values))
        self.assertEqual(len(cells), answer.silent_cell_count)
        self.assertEqual(len(hosts), answer.silent_host_count)
        self.assertEqual(
            (cells, hosts) if shows_hosts else (None, None),
            (answer.silent_cells, answer.silent_hosts),
        )
        self.assertEqual(
            (NOW - datetime.timedelta(hours=1), None, None),
            (
                values['started_after'],
                values['started_before'],
                values['updated_after'],
            ),
        )
