# SPDX-License-Identifier: Apache-2.0
from oslo_config import cfg
from oslotest import base

from nova_actions import conf as conf_module
from nova_actions.conf import libraries


class LibrariesTest(base.BaseTestCase):
    def test_secrets_are_known_of_what_is_not_used(self):
        """The sanitizer finds their values in texts."""
        for unused, secrets in libraries._SECRETS.items():
            conf = conf_module.load(
                [],
                default_config_files=[],
                uses=tuple(set(libraries.ALL) - {unused}),
            )
            for group, name in secrets:
                found = conf._get_opt_info(
                    name, conf._get_group(group) if group else None
                )
                self.assertTrue(found['opt'].secret, (group, name))

    def test_keystone_is_left_out_where_another_is_asked(self):
        for strategy, is_there in (('keystone', True), ('noauth2', False)):
            conf = conf_module.parse([], default_config_files=[])
            conf.set_override('auth_strategy', strategy, group='api')
            libraries.register(conf)
            self.assertIs(
                is_there, 'www_authenticate_uri' in conf.keystone_authtoken
            )

    def test_our_defaults_hold_in_our_configuration_alone(self):
        conf = conf_module.load([], default_config_files=[])
        self.assertEqual(2, conf.database.max_retries)
        self.assertEqual(50, conf.executor_thread_pool_size)
        self.assertIn('X-Auth-Token', conf.cors.allow_headers)
        other = cfg.ConfigOpts()
        from oslo_db import options

        other.register_opts(options.database_opts, group='database')
        other([], default_config_files=[], default_config_dirs=[])
        self.assertNotEqual(2, other.database.max_retries)
