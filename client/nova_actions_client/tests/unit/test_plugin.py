# SPDX-License-Identifier: Apache-2.0
"""What python-openstackclient needs of a plug-in."""

import argparse
import importlib.metadata

from oslotest import base

from nova_actions_client import log
from nova_actions_client import plugin
from nova_actions_client.tests.unit import test_service
from nova_actions_client.tests.unit import web


class TestPlugin(base.BaseTestCase):
    def test_the_version_is_one_that_has_commands(self):
        args = plugin.build_option_parser(
            argparse.ArgumentParser()
        ).parse_args([])
        version = getattr(args, plugin.API_VERSION_OPTION)
        self.assertIn(version, plugin.API_VERSIONS)
        commands = importlib.metadata.entry_points(
            group=f'openstack.{plugin.API_NAME}.v{version}'
        )
        self.assertEqual(
            {'list', 'show', 'stats', 'timeline', 'wait'},
            {each.name.removeprefix('action_log_') for each in commands},
        )
        for each in commands:
            self.assertTrue(each.load().__doc__)

    def test_a_client_is_the_log(self):
        manager = web.Manager(
            web.Session(test_service.OURS), instance_actions=web.ROOT
        )
        self.assertIsInstance(plugin.make_client(manager), log.Log)
