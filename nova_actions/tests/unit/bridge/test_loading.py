# SPDX-License-Identifier: Apache-2.0
"""How the bridge comes into a process of Nova."""

import logging
import os
import types
from unittest import mock

import fixtures
from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from nova_actions import reporter
from nova_actions.conductor import rpcapi
from nova_actions.reporter import active
from nova_actions.reporter import off
from nova_actions_bridge import forking
from nova_actions_bridge import loading
from nova_actions_bridge import notice
from nova_actions_bridge import option
from nova_actions_bridge import seam

#: A line that oslo.config cannot parse.
SECRET = 'correct-horse'


class TestLoad(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(loading, '_state', None))
        self.log = self.useFixture(fixtures.FakeLogger())
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'a.conf')
        self.enterContext(
            mock.patch.dict(os.environ, {option.VARIABLE: self.path})
        )
        self.install = self.patch(seam, 'install')
        self.install.return_value = []
        self.setup = self.patch(reporter, 'setup')
        self.patch(forking, 'begin').side_effect = lambda start: start()

    def patch(self, owner, name):
        return self.enterContext(mock.patch.object(owner, name, autospec=True))

    def load(self, *lines):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines))
        return self.start()

    def start(self):
        loading.load(types.SimpleNamespace(host='of-nova'))
        return loading.is_loaded()

    def test_mirror(self):
        self.assertTrue(self.load())
        self.install.assert_called_once_with(True)
        (conf, about), _ = self.setup.call_args
        self.assertEqual('of-nova', conf.host)
        self.assertEqual('mirror', about['mode'])
        self.assertNotIn('missing', about)

    def test_controllers(self):
        self.assertTrue(self.load('[bridge]', 'mode = controllers'))
        self.install.assert_called_once_with(False)

    def test_off(self):
        self.assertFalse(self.load('[bridge]', 'mode = off'))
        self.install.assert_not_called()
        self.setup.assert_not_called()

    def test_only_once(self):
        for _ in range(2):
            self.assertTrue(self.load())
        self.setup.assert_called_once()

    def test_what_this_nova_lacks_is_told(self):
        self.install.return_value = ['InstanceAction.finish', 'A.b']
        self.assertTrue(self.load())
        (_conf, about), _ = self.setup.call_args
        self.assertEqual('InstanceAction.finish, A.b', about['missing'])
        self.assertIn(about['missing'], self.log.output)

    def test_required_actions_would_stop_nova(self):
        self.load('[reporter]', 'required_actions = create')
        (conf, _about), _ = self.setup.call_args
        self.assertEqual([], conf.reporter.required_actions)

    def test_error_is_logged_without_the_line(self):
        self.assertFalse(self.load('[DEFAULT]', SECRET))
        self.assertIn(self.path, self.log.output)
        self.assertNotIn(SECRET, self.log.output)

    def test_end_of_the_process_is_an_error_too(self):
        self.setup.side_effect = SystemExit(1)
        self.assertFalse(self.load())
        self.assertIn('SystemExit', self.log.output)

    def test_not_tried_again_after_an_error(self):
        self.setup.side_effect = ValueError
        self.assertFalse(self.load())
        self.setup.side_effect = None
        self.assertFalse(self.load())

    def test_notifications(self):
        hear = self.patch(notice, 'hear')
        loading.hear({}, {'event_type': 'x'})
        hear.assert_not_called()
        self.load()
        loading.hear({}, {'event_type': 'x'})
        hear.assert_called_once_with({}, {'event_type': 'x'})
        hear.side_effect = KeyError('publisher_id')
        loading.hear({}, {})
        self.assertIn('KeyError', self.log.output)

    def test_nothing_is_tried_again_where_a_worker_cannot_begin(self):
        """Nova's methods are replaced before it is forked."""
        self.addCleanup(active.replace, active.current())
        self.setup.side_effect = ValueError
        self.load()
        self.assertIsInstance(active.current(), off.Off)

    @given(
        text=st.sampled_from(
            (
                '[bridge]\nmode = mirrored',
                '[bridge]\nmode = MIRROR',
                '[bridge]\nmode = ',
                '[bridge]\nmode = mirror\nmode = both',
                f'[DEFAULT]\n{SECRET}',
                f'[DEFAULT]\ntransport_url = rabbit://u:{SECRET}@h:port/',
                f'[DEFAULT]\ntransport_url = no_such://u:{SECRET}@h/',
                f'[DEFAULT]\ntransport_url = rabbit://u:${SECRET}@h/',
                '[reporter]\nmode = sometimes',
                '[reporter]\nspool_max_bytes = many',
                '[DEFAULT]\nstate_path = ',
                '\0\1\2',
            )
        )
    )
    def test_whatever_the_file_says(self, text):
        """One line of the log, no secret in it, and Nova is as it was."""
        loading._state = None
        self.install.reset_mock()
        self.setup.side_effect = lambda conf, _about: (
            reporter.settings(conf),
            rpcapi.ConductorAPI(conf, timeout=1),
        )
        with fixtures.FakeLogger(level=logging.ERROR) as log:
            self.assertFalse(self.load(text))
        self.assertEqual(1, len(log.output.splitlines()), log.output)
        self.assertNotIn(SECRET, log.output)
        self.install.assert_not_called()

    def test_options_that_nobody_knows(self):
        """As of a newer release of ours."""
        self.assertTrue(self.load('[bridge]', 'more = 1', '[more]', 'a = 1'))

    def test_a_file_that_is_none(self):
        os.mkdir(self.path)
        self.assertFalse(self.start())
        self.assertEqual(1, len(self.log.output.splitlines()))

    def test_bytes_that_are_no_text(self):
        with open(self.path, 'wb') as file:
            file.write(bytes(range(256)))
        self.assertFalse(self.start())
        self.assertEqual(1, len(self.log.output.splitlines()))
