# SPDX-License-Identifier: Apache-2.0
from oslotest import base

from nova_actions import conf
from nova_actions.cmd import failure
from nova_actions.cmd import listening


class ListeningTestCase(base.BaseTestCase):
    def load(self, *argv, strategy='noauth2'):
        loaded = conf.load(argv, default_config_files=[], cli=listening.OPTS)
        loaded.set_default('auth_strategy', strategy, group='api')
        return loaded

    def test_loopback_is_fine(self):
        for host in ('127.0.0.1', '127.9.9.9', '::1', 'localhost'):
            loaded = self.load('--bind-host', host)
            listening.settle(loaded)
            self.assertEqual(host, loaded.api.bind_host)

    def test_others_could_reach_it(self):
        for host in ('0.0.0.0', '::', '192.0.2.1', 'example.org'):
            self.assertRaises(
                failure.Refusal,
                listening.settle,
                self.load('--bind-host', host),
            )

    def test_others_may_reach_it_when_that_is_said(self):
        listening.settle(
            self.load('--bind-host', '0.0.0.0', '--insecure-bind')
        )

    def test_keystone_may_listen_anywhere(self):
        listening.settle(
            self.load('--bind-host', '0.0.0.0', strategy='keystone')
        )

    def test_port(self):
        loaded = self.load('--port', '8775')
        listening.settle(loaded)
        self.assertEqual(8775, loaded.api.bind_port)

    def test_url(self):
        self.assertEqual('http://127.0.0.1:1', listening.url(('127.0.0.1', 1)))
        self.assertEqual('http://[::1]:1', listening.url(('::1', 1)))

    def test_why_it_could_not_listen(self):
        error = OSError(
            "No socket could be created -- (('127.0.0.1', 8774): "
            '[Errno 98] Address already in use)'
        )
        self.assertEqual(
            'cannot listen on 127.0.0.1 port 8774: Address already in use. '
            'Another port can be given with --port',
            str(listening.failed(self.load(), error)),
        )
