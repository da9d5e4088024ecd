# SPDX-License-Identifier: Apache-2.0
"""The commands, as a person starts them, against nova-actions-all with its
demonstration; and the questions of the documentation."""

import json
import os
import pathlib
import re
import shlex

from keystoneauth1 import noauth
from keystoneauth1 import session
from oslotest import base

from nova_actions.tests.functional import test_all_flow
from nova_actions_client import compute
from nova_actions_client import http
from nova_actions_client import outcome
from nova_actions_client import record
from nova_actions_client.tests.functional import shell

PAGES = pathlib.Path(__file__).parents[4] / 'doc' / 'source'
#: A command, and what it prints; nothing where other commands follow.
QUESTION = re.compile(
    r'^   \$ openstack (action log .*)\n((?:   (?!\$).*\n|\n)*)', re.MULTILINE
)


class DemoTestCase(base.BaseTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = test_all_flow.All('--demo', '--demo-actions', '40')
        cls.service.setUp()
        cls.addClassCleanup(cls.service.cleanUp)
        cls.url = re.search(r'REST API +(\S+)', cls.service.text)[1]
        cls.server, cls.request = re.search(
            r'action show (\S+) (\S+)', cls.service.text
        ).groups()

    def run_client(self, *words, code=0, **environ):
        return shell.run(
            self,
            *words,
            code=code,
            **{'OS_AUTH_TYPE': 'none', 'OS_ENDPOINT': self.url, **environ},
        )

    def listed(self, *words, **environ):
        return json.loads(
            self.run_client(
                'action',
                'log',
                'list',
                '--long',
                '-f',
                'json',
                *words,
                **environ,
            ).stdout
        )

    def shown(self, name):
        return json.loads(
            self.run_client('action', 'log', 'show', name, '-f', 'json').stdout
        )

    def questions(self, page):
        """Return the commands of a page as words, and what each prints."""
        found = self.shown(self.request)
        values = {
            'SERVER': self.server,
            'ACTION': found['id'][:8],
            'OWNER': found['user_id'],
            'NAME': found['server_name'],
        }
        return [
            (
                [
                    values.get(word.removeprefix('$'), word)
                    for word in shlex.split(command)
                ],
                printed,
            )
            for command, printed in QUESTION.findall(
                (PAGES / page).read_text(encoding='utf-8')
            )
        ]

    def test_the_questions_of_the_documentation(self):
        questions = [
            each
            for each in self.questions('ask.rst')
            if '--all-projects' in each[0] or each[1].strip()
        ]
        self.assertEqual(12, len(questions))
        for words, printed in questions:
            answer = self.run_client(*words).stdout
            self.assertEqual(self.words(printed), self.words(answer), words)

    def test_the_questions_of_a_tenant(self):
        found = self.shown(self.request)
        questions = self.questions('tenant/index.rst') + [
            each
            for each in self.questions('ask.rst')
            if '--all-projects' not in each[0] and not each[1].strip()
        ]
        self.assertEqual(8, len(questions))
        for words, _printed in questions:
            answer = self.run_client(
                *words,
                OS_AUTH_TYPE='admin_token',
                OS_TOKEN=f'{found["user_id"]}:{found["project_id"]}:reader',
            )
            self.assertTrue(answer.stdout.strip(), words)

    @staticmethod
    def words(printed):
        """Return what stays the same from run to run of the first line that
        says something: titles of columns, or how it ended."""
        line = next(
            (line for line in printed.splitlines() if line.strip(' +-')), ''
        )
        return [
            word
            for word in line.split()
            if word.isalpha() and (word.islower() or word.istitle())
        ]

    def test_all_of_them_a_page_at_a_time(self):
        ids = [
            each['ID']
            for each in self.listed('--all-projects', '--limit', '0')
        ]
        self.assertEqual(40, len(set(ids)))
        self.assertEqual(40, len(ids))
        first = self.listed('--all-projects', '--limit', '7')
        self.assertEqual(ids[:7], [each['ID'] for each in first])

    def test_filters_select(self):
        failed = self.listed('--all-projects', '--failed')
        self.assertEqual({record.FAILED}, {each['Status'] for each in failed})
        both = self.listed(
            '--all-projects', '--action', 'resize', '--server', self.server
        )
        self.assertIn(self.request, [each['Request'] for each in both])
        self.assertEqual(
            {(self.server, 'resize')},
            {(each['Server'], each['Action']) for each in both},
        )

    def test_a_token_asks_in_its_users_name(self):
        mine = self.shown(self.request)
        environ = {
            'OS_AUTH_TYPE': 'admin_token',
            'OS_TOKEN': ':'.join(
                (mine['user_id'], mine['project_id'], 'reader')
            ),
        }
        listed = self.listed('--mine', '--limit', '0', **environ)
        self.assertIn(self.request, [each['Request'] for each in listed])
        self.assertEqual(
            {mine['project_id']}, {each['Project'] for each in listed}
        )
        refused = self.run_client(
            'action',
            'log',
            'list',
            '--all-projects',
            code=outcome.NOT_ASKED,
            **environ,
        )
        self.assertIn('403', refused.stderr)

    def test_statistics(self):
        answer = json.loads(
            self.run_client(
                'action',
                'log',
                'stats',
                '--all-projects',
                '--by',
                'action',
                '--long',
                '-f',
                'json',
            ).stdout
        )
        self.assertEqual(40, sum(each['Count'] for each in answer))
        for each in answer:
            listed = self.listed(
                '--all-projects', '--limit', '0', '--action', each['Action']
            )
            self.assertEqual(len(listed), each['Count'])
            self.assertEqual(
                each['Failed'],
                sum(one['Status'] == record.FAILED for one in listed),
            )
        for words, named in (
            (['--by', 'user'], '--by'),
            (['--by', 'day', '--by', 'hour'], '--by'),
            (['--limit', '0'], '--limit'),
            (['--sort', 'x'], '--sort'),
            (['--since', 'x'], '--since'),
        ):
            done = self.run_client(
                'action', 'log', 'stats', *words, code=outcome.USAGE
            )
            self.assertIn(named, done.stderr)

    def test_exit_codes(self):
        failed = self.listed('--all-projects', '--failed')[0]['ID']
        for words, code in (
            ([failed], outcome.CODES[record.FAILED]),
            ([self.request], 0),
            (['--server', self.server, '--action', 'resize'], 0),
            (
                [
                    '--server',
                    self.server,
                    '--action',
                    'shelve',
                    '--timeout',
                    '1',
                ],
                outcome.TIMEOUT,
            ),
            ([], outcome.USAGE),
            (['0' * 8], outcome.NOT_ASKED),
        ):
            self.run_client('action', 'log', 'wait', *words, code=code)

    def test_bad_input_is_named(self):
        for words, code, named in (
            (['--since', 'yesterday'], outcome.USAGE, '--since'),
            (['--limit', '-1'], outcome.USAGE, '--limit'),
            (['--limit', '9' * 30], outcome.USAGE, '--limit'),
            (['--server', ''], outcome.USAGE, '--server'),
            (['--since', '1h', '--until', '2h'], outcome.USAGE, '--until'),
            (
                ['--action-log-endpoint', 'x'],
                outcome.USAGE,
                '--action-log-endpoint',
            ),
            (['--status', 'fine'], outcome.USAGE, '--status'),
            (['--reason', 'fine'], outcome.USAGE, '--reason'),
            (
                ['--until', '9999-12-31T23:59:59-12:00'],
                outcome.USAGE,
                '--until',
            ),
            (['--mine'], outcome.USAGE, '--mine'),
            (['--mine', '--user', 'x'], outcome.USAGE, '--user'),
            (['-c', 'Nope'], outcome.USAGE, '--column'),
            (['--follow', '-f', 'yaml'], outcome.USAGE, 'yaml'),
        ):
            done = self.run_client('action', 'log', 'list', *words, code=code)
            self.assertIn(named, done.stderr)

    def test_an_address_where_nothing_is(self):
        wrong = f'{self.url.removesuffix("/v2.1")}/nope'
        for words, environ in (
            (['--action-log-endpoint', f'{wrong}/v1'], {}),
            ([], {'OS_ENDPOINT': wrong}),
        ):
            done = self.run_client(
                'action',
                'log',
                'list',
                *words,
                code=outcome.NOT_ASKED,
                **environ,
            )
            self.assertIn(
                'neither an action log nor Nova at ' + wrong, done.stderr
            )

    def test_a_terminal_without_unicode(self):
        name = self.listed('--all-projects', '--limit', '1')[0]['Server Name']
        for words in (
            ('list', '--all-projects', '--server', name),
            ('list', '--all-projects', '--long'),
            ('timeline', self.server),
            ('stats', '--all-projects', '--by', 'host'),
        ):
            done = self.run_client(
                'action',
                'log',
                *words,
                PYTHONIOENCODING='ascii',
                COLUMNS='60',
            )
            self.assertTrue(done.stdout.isascii())
            self.assertLess(2, len(done.stdout.splitlines()))

    def test_a_page(self):
        path = os.path.join(self.service.state, 'timeline.html')
        done = self.run_client(
            'action', 'log', 'timeline', self.server, '--html', path
        )
        self.assertEqual('', done.stdout)
        written = pathlib.Path(path).read_text(encoding='utf-8')
        self.assertIn("default-src 'none'", written)
        self.assertIn('finish_resize', written)

    def test_what_nova_has(self):
        """The API that a plain Nova has, too, tells of the same steps."""
        nova = compute.Log(
            http.Service(
                session.Session(auth=noauth.NoAuth(endpoint=self.url)),
                self.url,
                f'compute {compute.MICROVERSION}',
            )
        )
        action = nova.action(self.request, self.server)
        here = self.shown(self.request)
        self.assertEqual(here['status'], action.status)
        self.assertEqual(
            [
                (each['event'], each['attempt'], each['host'], each['outcome'])
                for each in here['events']
            ],
            [
                (each.event, each.attempt, each.host, each.outcome)
                for each in action.steps
            ],
        )
        listed = [
            each.request for each in nova.of_server(self.server, None, False)
        ]
        self.assertIn(self.request, listed)
        self.assertEqual(
            listed[:1],
            [
                each.request
                for each in nova.actions({'server': self.server}, 1)
            ],
        )
