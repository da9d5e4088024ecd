# SPDX-License-Identifier: Apache-2.0
"""The commands. Importing any of them chooses threads for the process.

Python imports a package before its modules, so the choice is made once,
here, before oslo.service or oslo.messaging can look for a backend.

A command parses its arguments before it imports anything else: help, version
and usage errors cost next to nothing.
"""

import atexit
import gc

from nova_actions.cmd import interrupt

interrupt.be_brief()

from nova_actions import concurrency  # noqa: E402 - it takes a while

concurrency.use_threads()
# At exit the interpreter would search all that was imported for garbage: a
# third of the time of a short command.
atexit.register(gc.freeze)
