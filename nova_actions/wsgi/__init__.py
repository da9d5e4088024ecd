# SPDX-License-Identifier: Apache-2.0
"""Entry points for WSGI servers. Importing one chooses threads for the
process."""

from nova_actions import concurrency

concurrency.use_threads()
