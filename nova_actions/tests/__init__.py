# SPDX-License-Identifier: Apache-2.0
"""The tests. Importing them chooses threads, as the commands do."""

import os

from nova_actions import concurrency

concurrency.use_threads()

# A log belongs to the report of a failure, not to every test's.
os.environ.setdefault('OS_LOG_CAPTURE', '1')
