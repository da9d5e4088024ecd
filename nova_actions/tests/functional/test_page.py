# SPDX-License-Identifier: Apache-2.0
"""The page, looked at in Chromium."""

import datetime
import json
from unittest import mock
from urllib import parse

import sqlalchemy as sa
from selenium.webdriver.common.keys import Keys

from nova_actions.api import auth
from nova_actions.db import api as db
from nova_actions.db import models
from nova_actions.tests import patience
from nova_actions.tests.functional import page_case
from nova_actions.tests.functional.page_case import step

FAILED = {
    'result': 'Error',
    'reason': 'no_valid_host',
    'error_type': 'NoValidHost',
    'details': 'no host has room',
    'traceback': '  File "manager.py", line 7\n    raise NoValidHost',
}


class LoginTest(page_case.PageCase):
    def test_a_link_survives_it(self):
        address = '#/actions?status=failed&status=running&all_projects=true'
        self.browser.open(self.url + address)
        self.assertEqual(
            'operator:operators:admin',
            self.browser.one('input[name=token]').get_attribute('value'),
        )
        self.assertAccessible()
        self.log_in()
        self.assertEqual(self.url + address, self.browser.driver.current_url)
        self.assertEqual(2, len(self.browser.all('.chip input:checked')))
        # Who reloads is asked again: nothing keeps the token.
        self.assertEqual(
            '{}{}',
            self.browser.run(
                'return JSON.stringify(localStorage) + JSON.stringify('
                'sessionStorage) + document.cookie'
            ),
        )
        self.browser.driver.refresh()
        self.browser.one('input[name=token]')
        self.assertEqual(self.url + address, self.browser.driver.current_url)
        self.assertQuiet()

    def test_who_is_nobody(self):
        self.browser.open(self.url)
        self.browser.type('input[name=token]', 'nobody')
        self.browser.click('.login button')
        self.browser.one('.problem-text', 'not valid')

    def test_a_session_that_ends(self):
        action = self.action(self.server(), step('compute_reboot_instance'))
        self.open(f'#/action/{action}')
        self.browser.one('table.steps')
        with mock.patch.object(
            auth.NoAuth2, '_parse', autospec=True, return_value=('', '', '')
        ):
            self.browser.click('nav a', 'Actions')
            self.browser.one('.notice', 'has ended')
        place = self.browser.driver.current_url
        self.assertIn('#/actions', place)
        self.log_in()
        self.browser.one('table.actions')
        self.assertEqual(place, self.browser.driver.current_url)
        self.browser.click('.tools button', 'Log out')
        self.browser.one('input[name=token]')


class ListTest(page_case.PageCase):
    def rows(self, selector='.what'):
        return self.browser.texts(f'table.actions tbody {selector}')

    def query(self):
        return parse.parse_qs(
            parse.urlsplit(self.browser.driver.current_url).fragment.partition(
                '?'
            )[2]
        )

    def test_nothing_is_recorded(self):
        self.open()
        self.browser.one('.empty', 'No actions match')
        self.browser.one('.health', '0 of 0 open')
        self.assertAccessible()
        self.assertQuiet()

    def test_each_filter_is_in_the_address(self):
        server = self.server('web-1')
        self.action(server, step('compute_reboot_instance'))
        self.action(
            server,
            step('compute_prep_resize', **FAILED),
            action='resize',
            status='failed',
            user_id='bob',
        )
        self.action(
            self.server('db-1'),
            step('compute_stop', 700),
            action='stop',
            ago=9000,
        )
        self.open()
        self.browser.one('.window', '3 shown')
        self.assertEqual(['reboot', 'resize', 'stop'], sorted(self.rows()))
        for name, value, found in (
            ('server', 'db-1', ['stop']),
            ('action', 'resize', ['resize']),
            ('started_after', '1h', ['reboot', 'resize']),
            ('started_before', '1h', ['stop']),
            ('user_id', 'bob', ['resize']),
            ('min_duration', '10m', ['stop']),
            ('event', 'compute_stop', ['stop']),
            ('reason', 'no_valid_host', ['resize']),
            ('host', 'compute-9', []),
        ):
            self.browser.type(f'[name={name}]', value)
            patience.wait_until(
                f'{name}={value}',
                lambda expected=found: sorted(self.rows()) == expected,
            )
            key = {'server': 'server_name'}.get(name, name)
            self.assertEqual([value], self.query()[key])
            self.browser.click('.filters button', 'Clear 1 filter')
            patience.wait_until('all', lambda: len(self.rows()) == 3)
        self.browser.click('.chip input[value=failed]')
        patience.wait_until('what failed', lambda: self.rows() == ['resize'])
        self.browser.one(
            '.command code',
            'openstack action log list --all-projects --status failed',
        )
        self.browser.driver.back()
        patience.wait_until('all', lambda: len(self.rows()) == 3)
        self.browser.type('[name=started_after]', 'yesterday')
        self.browser.one('.problem', 'started_after')
        self.assertQuiet()

    def test_a_readers_page_has_no_hosts(self):
        server = self.server()
        action = self.action(
            server,
            step('compute_prep_resize', **FAILED),
            action='resize',
            status='failed',
        )
        self.action(self.server(project='0b' * 16), owner_id='0b' * 16)
        self.open(token=page_case.READER)
        self.browser.one('.window', '1 shown')
        for address in ('', f'#/action/{action}', f'#/server/{server}'):
            self.browser.run('location.hash = arguments[0]', address)
            self.browser.one('h1', {'': 'Actions'}.get(address, 'web-1'))
            self.browser.one('table')
            text = self.browser.run('return document.body.textContent')
            for secret in (
                'compute-1',
                'NoValidHost',
                'manager.py',
                'no host has room',
                'Projects',
            ):
                self.assertNotIn(secret, text)
            self.assertIn('no valid host', text)
        self.assertQuiet()

    def test_a_link_to_all_projects_shows_a_reader_their_own(self):
        self.action(self.server())
        self.open('#/actions?all_projects=true', token=page_case.READER)
        self.browser.one('.window', '1 shown')
        self.assertNotIn('all_projects', self.query())
        self.assertQuiet()

    def test_what_is_no_filter_is_named(self):
        self.action(self.server())
        self.open('#/actions?colour=red&status=succeeded')
        self.browser.one('.window', '1 shown')
        self.assertEqual(
            ['There is no filter colour: it is ignored.'],
            self.browser.texts('.notice'),
        )

    def test_another_view_takes_the_focus(self):
        action = self.action(self.server(), step('compute_x'))
        self.open()
        self.browser.one('.what a').send_keys(Keys.ENTER)
        self.browser.one('table.steps')
        focused = 'return document.activeElement.textContent'
        self.assertIn('of web-1', self.browser.run(focused))
        self.assertIn(action, self.browser.driver.current_url)
        self.browser.driver.back()
        self.browser.one('table.actions')
        self.assertEqual('Actions', self.browser.run(focused))
        # Nothing can be done with a heading: no ring is drawn around it.
        self.assertEqual(
            'none',
            self.browser.run(
                'return getComputedStyle(document.activeElement).outlineStyle'
            ),
        )
        # Other filters are no other view.
        field = self.browser.one('[name=action]')
        field.send_keys('create', Keys.ENTER)
        patience.wait_until('the filter', lambda: 'action' in self.query())
        self.assertEqual(
            'action', self.browser.run('return document.activeElement.name')
        )

    def test_a_clock_that_is_wrong(self):
        self.action(self.server(), status='running', finish_time=None, ago=60)
        for hours in (-5, 5):
            added = self.browser.driver.execute_cdp_cmd(
                'Page.addScriptToEvaluateOnNewDocument',
                {
                    'source': '{ const real = Date.now; '
                    f'Date.now = () => real() + {hours} * 3600e3; }}'
                },
            )
            try:
                self.open()
                self.browser.one('table.actions')
                (took,) = self.rows('.took')
            finally:
                self.browser.driver.execute_cdp_cmd(
                    'Page.removeScriptToEvaluateOnNewDocument', added
                )
            self.assertRegex(took, '^[1-9][0-9]?m')

    def test_on_paper(self):
        self.action(self.server())
        self.browser.theme('dark')
        self.open()
        self.browser.one('table.actions')
        self.browser.driver.execute_cdp_cmd(
            'Emulation.setEmulatedMedia', {'media': 'print'}
        )
        self.addCleanup(
            self.browser.driver.execute_cdp_cmd,
            'Emulation.setEmulatedMedia',
            {'media': ''},
        )
        shown = 'return document.querySelector(arguments[0]).checkVisibility()'
        for selector in ('.filters', '.tools', '.buttons'):
            self.assertFalse(self.browser.run(shown, selector))
        for selector in ('table.actions', '.command'):
            self.assertTrue(self.browser.run(shown, selector))
        self.assertEqual(
            'rgb(255, 255, 255)',
            self.browser.run(
                'return getComputedStyle(document.querySelector('
                '"table.actions")).backgroundColor'
            ),
        )

    def test_many_rows(self):
        server, begun = self.server(), page_case.now()
        with db.engine().begin() as connection:
            connection.execute(
                sa.insert(models.ACTIONS),
                [
                    {
                        'uuid': f'{number:08}-0000-4000-8000-000000000000',
                        'instance_uuid': server,
                        'action': 'reboot',
                        'status': 'succeeded',
                        'owner_id': page_case.PROJECT,
                        'project_id': page_case.PROJECT,
                        'request_id': 'req-1',
                        **dict.fromkeys(
                            (
                                'created_at',
                                'updated_at',
                                'start_time',
                                'finish_time',
                            ),
                            begun
                            - datetime.timedelta(seconds=10_000 - number),
                        ),
                    }
                    for number in range(10_000)
                ],
            )
        self.open()
        for shown in (100, 200, 300):
            self.browser.one('.window', f'{shown}+ shown')
            self.assertEqual(shown, len(self.rows()))
            self.browser.one('.command code', f'--limit {shown}')
            self.browser.click('button.wide')
        links = self.browser.run(
            'return [...document.querySelectorAll(".what a")].map('
            '(each) => each.hash.slice(9, 17))'
        )
        self.assertEqual(
            [f'{number:08}' for number in range(9999, 9999 - len(links), -1)],
            links,
        )

    def test_attempts_on_a_narrow_screen_have_one_axis(self):
        action = self.action(
            self.server(),
            step('compute_prep_resize', **FAILED),
            step('compute_prep_resize'),
        )
        self.browser.size(360, 800)
        self.open(f'#/action/{action}')
        self.browser.one('.steps .attempt', 'attempt 2')
        places = self.browser.run("""
            return [...document.querySelectorAll('.steps tbody .drawn')].map(
              (each) => {
                const {left, right} = each.firstElementChild
                  .getBoundingClientRect();
                return `${left} ${right}`;
              })""")
        self.assertEqual((2, 1), (len(places), len(set(places))), places)

    def test_narrow(self):
        server = self.server(60 * 'w-eb')
        action = self.action(
            server, step('compute_prep_resize', **FAILED), status='failed'
        )
        self.open()
        self.browser.size(360, 800)
        for address, place in (
            ('', '.actions'),
            (f'#/action/{action}', '.steps'),
            (f'#/server/{server}', '.life'),
            ('#/statistics', 'h1'),
        ):
            self.browser.run('location.hash = arguments[0]', address)
            self.browser.one(place)
            self.assertEqual(self.browser.run('return innerWidth'), 360)
            self.assertLessEqual(
                self.browser.run(
                    'return document.documentElement.scrollWidth'
                ),
                360,
                address,
            )
            self.assertEqual([], self.browser.violations(), address)


class ActionTest(page_case.PageCase):
    def test_as_a_waterfall(self):
        server = self.server()
        action = self.action(
            server,
            step('conductor_migrate_server'),
            step('compute_prep_resize', host='compute-2', **FAILED),
            step('compute_prep_resize', 2, host='compute-3'),
            step('compute_finish_resize', 4),
            action='resize',
            status='succeeded_after_retry',
            ago=90,
        )
        self.action(server, action='create', ago=900)
        self.action(server, action='delete', ago=2)
        self.open(f'#/action/{action}')
        self.browser.one('.headline', 'retried')
        names = self.browser.texts('.steps th.step')
        self.assertEqual(
            [
                'conductor_migrate_server',
                'compute_prep_resize attempt 1',
                'compute_prep_resize attempt 2',
                'compute_finish_resize',
            ],
            [' '.join(name.split()) for name in names],
        )
        self.assertEqual(
            ['compute-1', 'compute-2', 'compute-3'],
            self.browser.texts('.legend .name'),
        )
        fills = self.browser.run(
            'return [...document.querySelectorAll(".track .bar")].map('
            '(each) => each.querySelector("rect").getAttribute("fill"))'
        )
        self.assertEqual(3, len(set(fills)), fills)
        self.assertEqual(fills[0], fills[3])
        bars = self.browser.run(
            'return [...document.querySelectorAll(".track .bar")].map('
            '(each) => [each.getAttribute("x"), each.querySelector('
            '"rect:last-child").getAttribute("width")].map(parseFloat))'
        )
        self.assertEqual([[0, 12.5], [12.5, 12.5], [25, 25], [50, 50]], bars)
        reason = self.browser.one('.reason')
        for word in ('no valid host', 'no host has room', 'manager.py'):
            self.assertIn(word, reason.get_attribute('textContent'))
        self.browser.one(
            '.command code', f'openstack action log timeline {action}'
        )
        self.browser.one('.facts', 'create')
        self.browser.one('.facts', 'delete')
        self.assertEqual(
            ['previous: create', 'next: delete'],
            [each.strip() for each in self.browser.texts('.facts .beside')],
        )
        self.assertAccessible()
        self.browser.click('.button', 'Only what failed')
        patience.wait_until(
            'one step', lambda: len(self.browser.all('.steps th.step')) == 1
        )
        self.assertQuiet()

    def test_sixty_steps(self):
        action = self.action(
            self.server(),
            *(
                step(
                    f'compute_step_{number}',
                    0.1 if number else 3600,
                    host=f'compute-{number % 20}',
                )
                for number in range(60)
            ),
            ago=4000,
        )
        self.open(f'#/action/{action}')
        self.browser.one('h2', '60 steps')
        widths = self.browser.run(
            'return [...document.querySelectorAll(".track .bar")].map('
            '(each) => Math.max(...[...each.querySelectorAll("rect")].map('
            '(rect) => rect.getBoundingClientRect().width)))'
        )
        self.assertEqual(60, len(widths))
        # A tenth of a second beside an hour can still be seen.
        self.assertGreaterEqual(min(widths), 2)
        self.assertAccessible()

    def test_an_unknown_action(self):
        self.open('#/action/00000000-0000-4000-8000-000000000000')
        self.browser.one('.problem', 'could not be found')
        self.assertAccessible()


class ServerTest(page_case.PageCase):
    def test_its_life(self):
        server = self.server()
        for number, (name, status) in enumerate(
            (
                ('create', 'succeeded'),
                ('resize', 'failed'),
                ('resize', 'succeeded_after_retry'),
                ('reboot', 'interrupted'),
                ('reboot', 'running'),
            )
        ):
            self.action(
                server,
                step('compute_x'),
                action=name,
                status=status,
                ago=1000 - 100 * number,
                **({'finish_time': None} if status == 'running' else {}),
            )
        self.open(f'#/server/{server}')
        self.browser.one('h1', 'web-1')
        self.assertEqual(
            ['create', 'resize', 'reboot'],
            self.browser.texts('.life .kind .name'),
        )
        marks = self.browser.run(
            'return [...document.querySelectorAll(".life a")].map('
            '(each) => each.getAttribute("aria-label"))'
        )
        self.assertEqual(
            [
                'create, succeeded',
                'resize, failed',
                'resize, retried',
                'reboot, interrupted',
                'reboot, running',
            ],
            [', '.join(mark.split(', ')[:2]) for mark in marks],
        )
        self.assertAccessible()
        self.assertQuiet()
        self.browser.one('.life a').send_keys(Keys.ENTER)
        self.browser.one('h1', 'create of web-1')


class FixedLinkTest(page_case.PageCase):
    def test_both_links(self):
        self.action(self.server())
        self.open('#/actions?started_after=2h&all_projects=true')
        self.browser.one('.window', '1 shown')
        # There is no clipboard but that of the machine.
        self.browser.run(
            'window.copied = []; Object.defineProperty(navigator, '
            '"clipboard", {value: {writeText: async (text) => '
            'window.copied.push(text)}})'
        )
        self.browser.click('.copy', 'Copy link')
        self.browser.click('.copy', 'Copy fixed link')
        relative, fixed = patience.wait_until(
            'both',
            lambda: (lambda found: len(found) == 2 and found)(
                self.browser.run('return window.copied')
            ),
        )
        self.assertIn('started_after=2h', relative)
        query = parse.parse_qs(fixed.partition('?')[2])
        start, end = (
            datetime.datetime.fromisoformat(query[name][0])
            for name in ('started_after', 'started_before')
        )
        self.assertEqual(datetime.timedelta(hours=2), end - start)
        self.browser.run('location.href = arguments[0]', fixed)
        self.browser.one('.window', '1 shown')
        self.assertEqual(json.dumps([]), json.dumps(self.browser.complaints()))
