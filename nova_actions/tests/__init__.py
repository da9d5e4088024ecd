# SPDX-License-Identifier: Apache-2.0
"""The tests. Importing them chooses threads, as the commands do, what they
see of the machine, and how much is tried."""

import os
import pathlib
import unittest

import hypothesis

from nova_actions import concurrency
from nova_actions.tests import distribution
from nova_actions.tests import home

#: Set for the run with larger bounds and new examples each time.
FULL = bool(os.environ.get('NOVA_ACTIONS_FULL'))

concurrency.use_threads()
# Before anything of ours is imported: defaults are made of it.
home.replace()

# A log belongs to the report of a failure, not to every test's.
os.environ.setdefault('OS_LOG_CAPTURE', '1')

# The same answer for the same commit, however slow the machine is.
hypothesis.settings.register_profile(
    'nova-actions',
    deadline=None,
    derandomize=not FULL,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile('nova-actions')


def load_tests(
    loader: unittest.TestLoader,
    standard: unittest.TestSuite,
    pattern: str | None,
) -> unittest.TestSuite:
    """Add the tests below this folder, and those of our other
    distributions; unittest calls this."""
    for each in ('functional', 'unit'):
        standard.addTests(
            loader.discover(
                str(pathlib.Path(__file__).parent / each),
                pattern or 'test*.py',
                str(distribution.ROOT),
            )
        )
    standard.addTests(distribution.tests(pattern))
    return standard
