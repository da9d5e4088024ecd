# SPDX-License-Identifier: Apache-2.0
"""Whose servers a question across servers is about."""

import types

from oslotest import base

from nova_actions.api import reach


def own(_caller, project_id, **asked):
    return 'own', project_id, asked


def anywhere(_caller, project_id, **asked):
    return 'anywhere', project_id, asked


class ReachTest(base.BaseTestCase):
    def test_whose(self):
        caller = types.SimpleNamespace(project_id='mine')
        for query, expected in (
            ({}, ('own', 'mine')),
            ({'all_projects': 'false'}, ('own', 'mine')),
            ({'all_projects': '0'}, ('own', 'mine')),
            ({'all_projects': ''}, ('anywhere', None)),
            ({'all_projects': '1'}, ('anywhere', None)),
            # Also one's own: the rule decides, not the name.
            ({'project_id': 'mine'}, ('anywhere', 'mine')),
            (
                {'project_id': 'theirs', 'all_projects': '0'},
                ('anywhere', 'theirs'),
            ),
        ):
            call = types.SimpleNamespace(query=query, caller=caller)
            self.assertEqual(
                (*expected, {'limit': 7}),
                reach.ask(call, own, anywhere, limit=7),
            )
