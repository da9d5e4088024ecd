# SPDX-License-Identifier: Apache-2.0
"""What others have written is text on the page, whatever it is."""

import sqlalchemy as sa

from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests.functional import page_case
from nova_actions.tests.functional.page_case import step

IMAGE = '<img src=x onerror="window.hacked=1">'
NAMES = (
    IMAGE,
    '"><script>window.hacked=1</script>',
    'javascript:hacked=1',
    '{{constructor.constructor("hacked=1")()}}',
    '${window.hacked=1}',
    "' onmouseover='hacked=1",
    '</title><svg onload=hacked=1>',
    'evil\u202egnp.exe\u202c',
    '\u2067left\u2069',
    'a\nb\tc\0d\x1b[31m',
    '\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627',
    '\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f680',
    '../../etc',
    '#/action/x?y=z',
    '%00%2e%2e',
    255 * 'w',
    255 * '\u0645',
)
#: What turns the text after it around, or shows nothing.
HIDDEN = '\u202e\u202c\u2067\u2069\0\x1b'


class NamesTest(page_case.PageCase):
    def look(self, name, *places):
        """See a name as text in each place, and nothing else come of it."""
        # The end of a line is one of them in a name.
        shown = ''.join('\ufffd' if each in HIDDEN else each for each in name)
        for place in places:
            self.browser.run('location.hash = arguments[0]', place)
            self.browser.one('#main', shown.partition('\n')[0])
            text = self.browser.run('return document.body.textContent')
            for each in HIDDEN:
                self.assertNotIn(each, text)
        self.assertEqual([], self.browser.all('img, main script, iframe'))
        for link in self.browser.run(
            'return [...document.querySelectorAll("a")].map('
            '(each) => each.href.baseVal ?? each.href)'
        ):
            self.assertTrue(link.startswith((self.url, '#/')), link)
        self.assertIsNone(self.browser.run('return window.hacked'))

    def test_in_every_field(self):
        for number, name in enumerate(NAMES):
            server = self.server(name)
            action = self.action(
                server,
                step(
                    name,
                    result='Error',
                    host=name,
                    details=name,
                    traceback=name,
                    error_type=name,
                    reason='internal',
                ),
                action=name,
                user_id=name,
                user_name=name,
                request_id=name,
                global_request_id=name,
                status='failed',
                project_id=name,
            )
            if number == 0:
                self.open()
            self.look(
                name,
                f'#/actions?all_projects=true&server={server}',
                f'#/action/{action}',
                f'#/server/{server}',
            )
            if number in (0, 7, 15):
                self.assertEqual([], self.browser.violations())
        self.assertQuiet()

    def test_in_the_address(self):
        self.open()
        for name in NAMES:
            for place in ('actions?host=', 'action/'):
                self.browser.run(
                    'location.hash = "#/" + arguments[0] + '
                    'encodeURIComponent(arguments[1])',
                    place,
                    name,
                )
                self.browser.one('h1')
        self.assertIsNone(self.browser.run('return window.hacked'))
        self.assertEqual([], self.browser.all('img, main script, iframe'))
        self.assertQuiet()

    def test_a_token_of_any_kind(self):
        self.browser.open(self.url)
        self.browser.type('input[name=token]', f'{IMAGE}:p:admin')
        self.browser.click('.login button')
        self.browser.one('.who', IMAGE)
        with db.engine().begin() as connection:
            self.assertEqual(
                0,
                connection.execute(
                    sa.select(sa.func.count()).select_from(models.ACTIONS)
                ).scalar(),
            )
        self.assertEqual([], self.browser.all('img'))
        self.assertQuiet()
