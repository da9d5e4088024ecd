# SPDX-License-Identifier: Apache-2.0
"""Runs tests of Nova's own, maybe with the bridge loaded, and writes down
which of them pass.

It runs under a Python that has Nova, the bridge and what Nova's tests need,
not under ours. Usage: own.py FILE DRIVER NAME...; DRIVER is nova_actions or
noop.
"""

import json
import sys
import unittest

from nova.tests import functional  # noqa: F401 - chooses how to run
from oslo_config import cfg
from oslo_messaging.notify import notifier


class Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(test.id())


def main():
    path, driver, *names = sys.argv[1:]
    cfg.set_defaults(notifier._notifier_opts, driver=[driver])
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(
        suite
    )
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'passed': result.passed, 'run': result.testsRun}, file)


main()
