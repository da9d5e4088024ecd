# SPDX-License-Identifier: Apache-2.0
"""The page while things happen, and while its API is away."""

import uuid

from nova_actions import context
from nova_actions.db.change import numbering
from nova_actions.objects import base as objects_base
from nova_actions.objects.instance_action import InstanceAction
from nova_actions.objects.instance_action_event import InstanceActionEvent
from nova_actions.tests import patience
from nova_actions.tests.functional import page_case


class LiveTest(page_case.PageCase):
    def setUp(self):
        super().setUp()
        self.caller = context.RequestContext(
            user_id='alice', project_id=page_case.PROJECT, roles=['member']
        )
        self.uuid = str(uuid.uuid4())

    def tell(self):
        """Do what a conductor does every half second."""
        numbering.number(context.get_admin_context(), 'test')

    def begin(self, name):
        with objects_base.local():
            InstanceAction.action_start(self.caller, self.uuid, name)
            InstanceActionEvent.event_start(
                self.caller, self.uuid, f'compute_{name}', host='compute-1'
            )
        self.tell()

    def end(self, name):
        with objects_base.local():
            InstanceActionEvent.event_finish(
                self.caller, self.uuid, f'compute_{name}'
            )
        self.tell()

    def next(self):
        """Ask in the name of another request."""
        self.caller = context.RequestContext(
            user_id='alice', project_id=page_case.PROJECT, roles=['member']
        )

    def statuses(self):
        return [
            text[2:].strip()
            for text in self.browser.texts('table.actions .how')
        ]

    def test_what_is_new_waits(self):
        self.begin('create')
        self.open()
        self.browser.one('table.actions .how', 'running')
        link = self.browser.one('table.actions .what a')
        self.browser.run('arguments[0].focus()', link)
        self.end('create')
        # In its place, and the focus stays.
        self.browser.one('table.actions .how', 'succeeded')
        self.next()
        self.begin('reboot')
        self.browser.one('[role=status].new', '1 new')
        self.assertEqual(['create'], self.browser.texts('table.actions .what'))
        self.assertEqual(
            'create',
            self.browser.run('return document.activeElement.innerText'),
        )
        self.browser.click('.new button')
        patience.wait_until(
            'both',
            lambda: (
                self.browser.texts('table.actions .what')
                == ['reboot', 'create']
            ),
        )
        self.assertEqual(['running', 'succeeded'], self.statuses())
        self.assertEqual(
            'create',
            self.browser.run('return document.activeElement.innerText'),
        )
        self.assertQuiet()

    def test_an_action_as_it_goes_on(self):
        self.begin('create')
        self.open()
        self.browser.click('table.actions .what a')
        self.browser.one('.steps .how', 'running')
        self.browser.one('.headline', 'running')
        self.end('create')
        self.browser.one('.steps .how', 'succeeded')
        self.browser.one('.headline', 'succeeded')
        self.assertQuiet()

    def test_while_it_is_paused(self):
        self.begin('create')
        self.open()
        self.browser.one('.live', 'Live')
        self.browser.one('table.actions')
        self.browser.click('.window button', 'Pause')
        self.browser.one('.live', 'Paused')
        self.next()
        self.begin('reboot')
        self.browser.click('.window button', 'Resume')
        self.browser.one('[role=status].new', '1 new')

    def test_more_than_a_page_is_new(self):
        """None is left out between what is new and what was shown."""
        self.begin('create')
        self.open()
        self.browser.one('.live', 'Live')
        self.browser.one('table.actions')
        self.browser.click('.window button', 'Pause')
        server = self.server()
        for number in range(101):
            self.action(server, ago=-number)
        self.next()
        self.begin('stop')
        self.browser.click('.window button', 'Resume')
        self.browser.click('.new button', '100+ new')
        self.browser.gone('.new button')
        self.browser.click('button.wide', '100 more')
        patience.wait_until(
            'all of them',
            lambda: len(self.browser.all('table.actions .what')) == 103,
        )

    def test_nobody_looks(self):
        """A hidden tab asks nothing."""
        self.open()
        self.browser.one('.live', 'Live')
        hide = (
            "Object.defineProperty(document, 'hidden', {value: %s, "
            'configurable: true}); document.dispatchEvent('
            "new Event('visibilitychange'))"
        )
        self.browser.run(hide % 'true')
        count = 'return performance.getEntriesByType("resource").length'
        self.begin('create')
        before = self.browser.run(count)
        self.browser.run('location.hash = "#/actions?status=failed"')
        self.browser.one('.window', '0 shown')
        self.browser.run(
            'window.asked = []; const ask = window.fetch; '
            'window.fetch = (url, ...rest) => { window.asked.'
            'push(String(url)); return ask(url, ...rest); }'
        )
        self.browser.run(hide % 'false')
        asked = patience.wait_until(
            'a question', lambda: self.browser.run('return window.asked')
        )
        self.assertIn('/v1/changes', asked[0])
        self.assertGreater(self.browser.run(count), before)

    def test_the_api_goes_away_and_comes_back(self):
        self.begin('create')
        self.open()
        self.browser.one('.live', 'Live')
        self.browser.one('table.actions')
        self.stop()
        self.browser.one('.live', 'away')
        # What was shown stays, and another view says why it has nothing.
        self.assertEqual(['create'], self.browser.texts('table.actions .what'))
        self.browser.click('table.actions .server a')
        self.browser.one('.problem', 'does not answer')
        self.next()
        self.begin('reboot')
        self.serve()
        self.browser.one('table.actions .what', 'reboot')
        self.browser.click('nav a', 'Actions')
        self.browser.one('.live', 'Live')
        self.browser.gone('.problem')
