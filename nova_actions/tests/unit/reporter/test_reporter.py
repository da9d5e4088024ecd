# SPDX-License-Identifier: Apache-2.0
"""The settings of a reporter, and what its users ask for."""

import dataclasses

from oslotest import base

from nova_actions import reporter
from nova_actions.reporter import active
from nova_actions.reporter import loss
from nova_actions.reporter import testing
from nova_actions.tests import fixtures


class TestSettings(base.BaseTestCase):
    def test_each_option_is_read(self):
        """One that is not would have its default here."""
        conf = self.useFixture(fixtures.Conf()).conf
        chosen = {
            'mode': 'sync',
            'timeout': 1.5,
            'spool_max_bytes': 9_000_000,
            'fsync': 'always',
            'fsync_interval': 2.5,
            'batch_size': 33,
            'delivery_interval': 3.5,
            'parent_timeout': 44.0,
            'heartbeat_interval': 55.0,
            'required_actions': ['create'],
        }
        for name, value in chosen.items():
            conf.set_override(name, value, group='reporter')
        conf.set_override('host', 'here')
        found = dataclasses.asdict(reporter.settings(conf))
        self.assertTrue(found.pop('folder').startswith(conf.state_path))
        self.assertTrue(found.pop('former_folder').startswith(conf.state_path))
        self.assertEqual(
            {
                **chosen,
                'host': 'here',
                'required_actions': frozenset({'create'}),
            },
            found,
        )

    def test_defaults_are_those_of_the_options(self):
        conf = self.useFixture(fixtures.Conf()).conf
        found = reporter.settings(conf)
        self.assertEqual(
            type(found)(
                folder=found.folder,
                host=found.host,
                former_folder=found.former_folder,
            ),
            found,
        )


class TestFlush(base.BaseTestCase):
    def test_loss_is_told_once(self):
        recorded = self.enterContext(testing.Recorded())
        self.assertTrue(reporter.flush(1))
        recorded.losses.add(loss.FULL, 1, 'x', [])
        self.assertFalse(reporter.flush(1))
        self.assertTrue(reporter.flush(1))

    def test_folder_that_cannot_be_written_to(self):
        class Failing(testing.Recorded):
            def start(self):
                raise OSError('read-only')

        before = active.current()
        self.addCleanup(active.replace, before)
        failing = Failing()
        reporter.begin(failing)
        self.assertIs(failing, active.current())
