# SPDX-License-Identifier: Apache-2.0
"""The recorder of this process, after a fork and at its end."""

import os

from oslotest import base

from nova_actions.reporter import active
from nova_actions.reporter import direct
from nova_actions.reporter import recorder


class Recorder:
    """Notes how it is stopped."""

    def __init__(self, mode):
        self.settings = recorder.Settings(
            folder='', host='', mode=mode, timeout=7.0
        )
        self.stops = []

    def reborn(self):
        return Recorder(f'{self.settings.mode} again')

    def stop(self, timeout, **kwargs):
        self.stops.append((timeout, kwargs))


class TestActive(base.BaseTestCase):
    def use(self, mode):
        new = Recorder(mode)
        self.addCleanup(active.replace, active.replace(new))
        return new

    def test_replaced(self):
        first, second = self.use('one'), Recorder('two')
        self.assertIs(first, active.replace(second))
        self.assertIs(second, active.current())

    def test_forked_child_has_its_own(self):
        self.use('one')
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.write(writer, active.current().settings.mode.encode())
            os._exit(0)
        os.waitpid(child, 0)
        self.assertEqual(b'one again', os.read(reader, 99))
        self.assertEqual('one', active.current().settings.mode)

    def test_at_exit_one_with_a_spool_stays(self):
        """What is recorded later is delivered by the next session."""
        for mode in ('durable', 'off'):
            new = self.use(mode)
            active._at_exit()
            self.assertEqual([(7.0, {'at_exit': True})], new.stops)
            self.assertIs(new, active.current())

    def test_at_exit_another_is_replaced(self):
        new = self.use('sync')
        active._at_exit()
        self.assertEqual([(7.0, {})], new.stops)
        self.assertIsInstance(active.current(), direct.Direct)
