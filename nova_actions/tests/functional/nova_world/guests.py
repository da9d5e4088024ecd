# SPDX-License-Identifier: Apache-2.0
"""A driver of Nova's whose guests are nowhere. To suspend one fails; to pause
one takes for ever while there is a file named ``hold`` in the cloud's
folder."""

import os
import pathlib
import time

from nova.virt import fake


class Driver(fake.FakeDriverWithoutFakeNodes):
    def suspend(self, context, instance):
        raise ValueError('the guest does not sleep')

    def pause(self, instance):
        folder = pathlib.Path(os.environ['GUESTS'])
        if (folder / 'hold').exists():
            (folder / 'held').touch()
            time.sleep(100_000)

    def power_off(self, instance, timeout=0, retry_interval=0):
        pass
