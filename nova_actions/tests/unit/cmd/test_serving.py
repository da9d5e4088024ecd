# SPDX-License-Identifier: Apache-2.0
import os
import signal
import sys
import threading
import traceback

from oslo_service import service
from oslotest import base

from nova_actions.cmd import serving
from nova_actions.tests import patience


class Noted(service.ServiceBase):
    def __init__(self, name, notes, error=None):
        self.name = name
        self.notes = notes
        self.error = error

    def start(self):
        self.notes.append(f'start {self.name}')
        if self.error is not None:
            raise self.error

    def stop(self):
        self.notes.append(f'stop {self.name}')

    def wait(self):
        self.notes.append(f'wait {self.name}')

    def reset(self):
        pass


class ServingTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        for number in (signal.SIGTERM, signal.SIGINT):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.notes = []

    def services(self, *errors):
        return [
            Noted(str(number), self.notes, error)
            for number, error in enumerate(errors)
        ]

    def test_either_signal_stops_all_in_reverse(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.notes.clear()
            serving.serve(
                self.services(None, None),
                lambda _, signo=number: os.kill(os.getpid(), signo),
            )
            self.assertEqual(
                ['start 0', 'start 1', 'stop 1', 'wait 1', 'stop 0', 'wait 0'],
                self.notes,
            )

    def test_a_signal_while_the_event_is_locked(self):
        def meanwhile(stopping):
            # Where Event.wait() may be interrupted.
            with stopping._cond:
                os.kill(os.getpid(), signal.SIGTERM)

        serving.serve(self.services(None), meanwhile)
        self.assertIn('wait 0', self.notes)

    def test_a_signal_that_wakes_no_thread(self):
        """As one that comes just before the wait begins."""
        main = threading.get_ident()
        missed = []

        def waits():
            frames = [
                frame.name
                for frame in traceback.extract_stack(
                    sys._current_frames()[main]
                )
            ]
            return frames[-1] == 'wait' and 'meanwhile' not in frames

        def signal_elsewhere(stopping):
            patience.wait_until('the wait', waits)
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
            if not stopping.wait(patience.PATIENCE):
                missed.append(signal.SIGTERM)
                os.kill(os.getpid(), signal.SIGINT)

        def meanwhile(stopping):
            threading.Thread(
                target=signal_elsewhere, args=(stopping,), daemon=True
            ).start()

        serving.serve(self.services(None), meanwhile)
        self.assertEqual([], missed)

    def test_what_has_started_is_stopped_when_the_next_cannot(self):
        self.assertRaises(
            OSError, serving.serve, self.services(None, OSError('taken'))
        )
        self.assertEqual(
            ['start 0', 'start 1', 'stop 0', 'wait 0'], self.notes
        )

    def test_one_that_cannot_be_stopped_does_not_keep_the_others(self):
        services = self.services(None, None)
        services[1].stop = lambda: 1 / 0
        self.assertRaises(
            ZeroDivisionError,
            serving.serve,
            services,
            lambda _: os.kill(os.getpid(), signal.SIGTERM),
        )
        self.assertIn('stop 0', self.notes)

    def test_meanwhile_gets_the_event_to_end(self):
        def meanwhile(stopping):
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(stopping.wait(patience.PATIENCE))

        serving.serve(self.services(None), meanwhile)
        self.assertIn('stop 0', self.notes)

    def test_a_reload_goes_on(self):
        def meanwhile(_stopping):
            for done in (1, 2):
                os.kill(os.getpid(), signal.SIGHUP)
                patience.wait_until(
                    'the reload',
                    lambda done=done: self.notes.count('reload') == done,
                )
            os.kill(os.getpid(), signal.SIGTERM)

        def reload():
            self.notes.append('reload')
            raise OSError('no such file')

        self.addCleanup(
            signal.signal, signal.SIGHUP, signal.getsignal(signal.SIGHUP)
        )
        serving.serve(self.services(None), meanwhile, reload)
        self.assertEqual(
            ['start 0', 'reload', 'reload', 'stop 0', 'wait 0'], self.notes
        )
